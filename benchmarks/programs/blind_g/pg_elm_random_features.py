# Random kitchen sinks: frozen cosine features, only the last layer is trained, plain SGD with a big step
import os
import math
import torch
import torch.nn as nn
from sklearn.datasets import load_breast_cancer

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class RandomFourier(nn.Module):
    def __init__(self, d, m, scale):
        super().__init__()
        self.lin = nn.Linear(d, m)
        nn.init.normal_(self.lin.weight, std=scale)
        nn.init.uniform_(self.lin.bias, 0, 2 * math.pi)
        self.lin.requires_grad_(False)
        self.m = m

    def forward(self, x):
        return math.sqrt(2 / self.m) * torch.cos(self.lin(x))


d = load_breast_cancer()
X, y = torch.tensor(d.data, dtype=torch.float32), torch.tensor(d.target, dtype=torch.float32)
perm = torch.randperm(len(y))
tr, te = perm[:400], perm[400:]
mu, sd = X[tr].mean(0), X[tr].std(0)
X = (X - mu) / sd

net = nn.Sequential(RandomFourier(30, 500, 0.1), nn.Linear(500, 1))
nn.init.zeros_(net[1].weight)
opt = torch.optim.SGD(filter(lambda p: p.requires_grad, net.parameters()), lr=4.0)
crit = nn.BCEWithLogitsLoss()
net.eval()
for epoch in range(40):
    for idx in tr[torch.randperm(len(tr))].split(40):
        loss = crit(net(X[idx]).squeeze(1), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 8 == 0:
        print(f"epoch {epoch} loss {loss.item():.4f}")
with torch.no_grad():
    acc = ((net(X[te]).squeeze(1) > 0).float() == y[te]).float().mean().item()
print(f"test accuracy {acc:.4f} (majority {max(y[te].mean().item(), 1 - y[te].mean().item()):.3f})")
