import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def make_batch(n, length=10):
    seq = torch.randint(0, 2, (n, length, 1)).float()
    return seq, seq.sum(dim=1)


class SumRNN(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.rnn = nn.GRU(1, hidden, batch_first=True)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x):
        _, h = self.rnn(x)
        y = self.out(h[-1])
        return torch.sigmoid(y)


model = SumRNN()
opt = torch.optim.Adam(model.parameters(), lr=0.01)
mse = nn.MSELoss()
xv, yv = make_batch(500)
for step in range(700):
    x, y = make_batch(64)
    pred = model(x)
    loss = mse(pred, y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 100 == 0:
        print("step", step, "loss", loss.item())
with torch.no_grad():
    err = (model(xv) - yv).abs().mean().item()
print("mean absolute error:", err, " (std of the target: %.2f)" % yv.std().item())
