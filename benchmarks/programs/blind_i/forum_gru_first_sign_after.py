# sequence of 12 measurements, two channels: is the total of channel 0 above zero?
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def data(n):
    x = torch.randn(n, 12, 2)
    y = (x[:, :8, 0].sum(1) > 0).long()
    return x, y


class Net(nn.Module):
    def __init__(self, hidden=24):
        super().__init__()
        self.gru = nn.GRU(2, hidden, batch_first=True)
        self.lin = nn.Linear(hidden, 2)

    def forward(self, x):
        # x: (batch, time, channel)
        out, h = self.gru(x)
        return self.lin(out[:, -1, :])


xtr, ytr = data(1200)
xte, yte = data(300)
net = Net()
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
crit = nn.CrossEntropyLoss()
for ep in range(10):
    run = 0.0
    for b in torch.randperm(1200).split(30):
        opt.zero_grad()
        loss = crit(net(xtr[b]), ytr[b])
        loss.backward()
        opt.step()
        run += loss.item()
    print(f"[{ep}] {run / 40:.4f}")
with torch.no_grad():
    print("test acc", (net(xte).argmax(1) == yte).float().mean().item())
