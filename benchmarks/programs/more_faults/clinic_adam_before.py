import argparse

import torch
import torch.nn as nn
import torch.nn.functional as F

p = argparse.ArgumentParser()
p.add_argument("--lr", type=float, default=0.5)
p.add_argument("--batch", type=int, default=32)
p.add_argument("--epochs", type=int, default=12)
args = p.parse_args()

torch.manual_seed(0)
X = torch.randn(3000, 6)
risk = X[:, 0] * X[:, 1] + torch.sin(2 * X[:, 2]) + 0.5 * X[:, 3]
y = (risk > 0).long()


class RiskNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.inp = nn.Linear(6, 32)
        self.mid = nn.Linear(32, 32)
        self.out = nn.Linear(32, 2)

    def forward(self, x):
        return self.out(F.relu(self.mid(F.relu(self.inp(x)))))


net = RiskNet()
opt = torch.optim.Adam(net.parameters(), lr=args.lr)
for epoch in range(args.epochs):
    for idx in torch.randperm(2400).split(args.batch):
        opt.zero_grad()
        loss = F.cross_entropy(net(X[idx]), y[idx])
        loss.backward()
        opt.step()
    if epoch % 4 == 3:
        with torch.no_grad():
            tr = (net(X[:2400]).argmax(1) == y[:2400]).float().mean().item()
            te = (net(X[2400:]).argmax(1) == y[2400:]).float().mean().item()
        print(f"epoch {epoch + 1} loss {loss.item():.4f} train {tr:.3f} test {te:.3f}")
