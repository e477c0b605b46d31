import os, torch
from torch import nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

# kNN graph; node label: is the value of the marked neighbour positive
N, K = 400, 6
pos = torch.rand(N, 2)
nbr = torch.cdist(pos, pos).topk(K + 1, largest=False).indices[:, 1:]
val = torch.randn(N, 1)
key = torch.randn(N, 1)
best = key[nbr, 0].argmax(1)
y = (val[nbr[torch.arange(N), best], 0] > 0).float()
X = torch.cat([val, key], 1)
tr = torch.rand(N) < 0.7


class GATLayer(nn.Module):
    def __init__(self, i, o, heads):
        super().__init__()
        self.h, self.o = heads, o
        self.lin = nn.Linear(i, heads * o)
        self.att = nn.Sequential(nn.Linear(2 * i, 32), nn.LeakyReLU(0.2), nn.Linear(32, heads))

    def forward(self, x):
        z = self.lin(x).view(len(x), self.h, self.o)
        e = self.att(torch.cat([x[:, None].expand(-1, K, -1), x[nbr]], -1))   # N, K, H
        a = e.softmax(1)
        return torch.einsum("nkh,nkho->nho", a, z[nbr]).flatten(1)


class GAT(nn.Module):
    def __init__(self):
        super().__init__()
        self.g = GATLayer(2, 8, 4)
        self.fc = nn.Sequential(nn.ELU(), nn.Linear(32, 16), nn.ELU(), nn.Linear(16, 1))

    def forward(self, x):
        return self.fc(self.g(x)).squeeze(-1)


net = GAT()
opt = torch.optim.Adam(net.parameters(), lr=5e-3, weight_decay=1e-4)
for ep in range(400):
    out = net(X)
    loss = F.binary_cross_entropy_with_logits(out[tr], y[tr])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if ep % 80 == 0:
        print(ep, round(loss.item(), 4))
with torch.no_grad():
    acc = ((net(X) > 0) == y.bool())[~tr].float().mean().item()
print("test accuracy", round(acc, 4))
