"""ReLU RNN written by hand; counts how many ones were seen (sequence length 50)."""
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

T, HIDDEN = 50, 48


class ReluRNN(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.n_hidden = n_hidden
        self.w_in = nn.Linear(n_in, n_hidden)
        self.w_rec = nn.Linear(n_hidden, n_hidden, bias=False)
        self.w_out = nn.Linear(n_hidden, n_out)
        nn.init.normal_(self.w_rec.weight, std=0.3)

    def forward(self, x):
        h = x.new_zeros(x.size(0), self.n_hidden)
        for t in range(x.size(1)):
            h = torch.relu(self.w_in(x[:, t]) + self.w_rec(h))
        return self.w_out(h)


def get_batch(n):
    p = torch.rand(n, 1)
    bits = (torch.rand(n, T) < p).float()
    return bits.unsqueeze(-1), (bits.mean(1, keepdim=True) - 0.5) * 2


net = ReluRNN(1, HIDDEN, 1)
optim = torch.optim.Adam(net.parameters(), lr=1e-3)
mse = nn.MSELoss()

for step in range(1, 201):
    x, y = get_batch(32)
    loss = mse(net(x), y)
    optim.zero_grad()
    loss.backward()
    optim.step()
    if step % 40 == 0 or step == 1:
        print("step {:3d}  mse {:.5g}".format(step, loss.item()))

with torch.no_grad():
    x, y = get_batch(500)
    print("test mse {:.5g}, variance of the target {:.4f}".format(mse(net(x), y).item(), y.var().item()))
