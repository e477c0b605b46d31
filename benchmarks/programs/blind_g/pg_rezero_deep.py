"""ReZero is all you need: 24 residual layers without normalisation, alpha starts at 0."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class ReZeroBlock(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.fc = nn.Linear(d, d)
        self.alpha = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return x + self.alpha * F.relu(self.fc(x))


class Net(nn.Module):
    def __init__(self, d=64, depth=24):
        super().__init__()
        self.blocks = nn.ModuleList(ReZeroBlock(d) for _ in range(depth))
        self.head = nn.Linear(d, 10)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x):
        for b in self.blocks:
            x = b(x)
        return self.head(x)


d = load_digits()
X, y = torch.tensor(d.data, dtype=torch.float32) / 8 - 1, torch.tensor(d.target)
perm = torch.randperm(len(y))
tr, te = perm[:1400], perm[1400:]
net = Net()
opt = torch.optim.Adagrad(net.parameters(), lr=0.02)
for epoch in range(12):
    for idx in tr[torch.randperm(len(tr))].split(64):
        loss = F.cross_entropy(net(X[idx]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 3 == 0:
        print("epoch", epoch, "loss", loss.item(), "max alpha", max(b.alpha.abs().item() for b in net.blocks))
with torch.no_grad():
    print("test accuracy", (net(X[te]).argmax(1) == y[te]).float().mean().item())
