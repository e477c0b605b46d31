"""Adding problem with a hand-written ReLU RNN cell."""
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

T, H, BATCH, STEPS = 30, 64, 32, 400


class IRNN(nn.Module):
    def __init__(self, n_in, n_hidden):
        super().__init__()
        self.n_hidden = n_hidden
        self.w_in = nn.Linear(n_in, n_hidden)
        self.w_rec = nn.Linear(n_hidden, n_hidden, bias=False)
        self.readout = nn.Linear(n_hidden, 1)
        self.reset()

    def reset(self):
        nn.init.normal_(self.w_in.weight, std=0.1)
        nn.init.zeros_(self.w_in.bias)
        nn.init.eye_(self.w_rec.weight)

    def forward(self, x):
        h = x.new_zeros(x.size(0), self.n_hidden)
        for t in range(x.size(1)):
            h = torch.relu(self.w_in(x[:, t]) + self.w_rec(h))
        return self.readout(h)


def batch(n):
    v = torch.rand(n, T)
    m = torch.zeros(n, T)
    a = torch.randint(0, T // 2, (n,))
    b = torch.randint(T // 2, T, (n,))
    r = torch.arange(n)
    m[r, a] = 1
    m[r, b] = 1
    target = v[r, a] + v[r, b]
    return torch.stack([v, m], -1), target.unsqueeze(1)


net = IRNN(2, H)
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
avg = 0.0
for step in range(1, STEPS + 1):
    x, y = batch(BATCH)
    loss = ((net(x) - y) ** 2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    avg += loss.item()
    if step % 50 == 0:
        print(f"step {step}: mse {avg / 50:.4g}")
        avg = 0.0

with torch.no_grad():
    x, y = batch(500)
    print("test mse: %.4g   (predicting the mean gives %.4g)" % (((net(x) - y) ** 2).mean(), y.var()))
