# Which customers click on which offer: large id tables with sparse gradients plus a small dense tower
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)

USERS, ITEMS, N = 250, 80, 16000
u_lat, i_lat = rng.normal(size=(USERS, 3)), rng.normal(size=(ITEMS, 3))
users = rng.integers(0, USERS, N)
items = (ITEMS * rng.random(N) ** 2).astype(int)          # popular items come first
hour = rng.random(N)
logit = 1.5 * (u_lat[users] * i_lat[items]).sum(1) + 1.5 * np.sin(2 * np.pi * hour)
click = (rng.random(N) < 1 / (1 + np.exp(-2 * logit))).astype(np.float32)
users, items = torch.tensor(users), torch.tensor(items)
dense = torch.tensor(np.stack([np.sin(2 * np.pi * hour), np.cos(2 * np.pi * hour)], 1), dtype=torch.float32)
click = torch.tensor(click)
n_tr = 14000


class Clicks(nn.Module):
    def __init__(self, k=8):
        super().__init__()
        self.user = nn.Embedding(USERS, k, sparse=True)
        self.item = nn.Embedding(ITEMS, k, sparse=True)
        nn.init.normal_(self.user.weight, std=0.1)
        nn.init.normal_(self.item.weight, std=0.1)
        self.tower = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))

    def forward(self, u, i, d):
        return (self.user(u) * self.item(i)).sum(1) + self.tower(d).squeeze(1)


m = Clicks()
opt_sparse = torch.optim.SparseAdam(list(m.user.parameters()) + list(m.item.parameters()), lr=0.01)
opt_dense = torch.optim.Adam(m.tower.parameters(), lr=0.005)
lf = nn.BCEWithLogitsLoss()

for epoch in range(6):
    tot = 0.0
    for b in torch.randperm(n_tr).split(128):
        loss = lf(m(users[b], items[b], dense[b]), click[b])
        opt_sparse.zero_grad()
        opt_dense.zero_grad()
        loss.backward()
        opt_sparse.step()
        opt_dense.step()
        tot += loss.item() * len(b)
    with torch.no_grad():
        out = m(users[n_tr:], items[n_tr:], dense[n_tr:])
        acc = ((out > 0) == (click[n_tr:] > 0.5)).float().mean().item()
    print("epoch", epoch, "loss %.4f" % (tot / n_tr), "test acc %.3f" % acc)
print("test accuracy %.3f  majority %.3f" % (acc, max(click[n_tr:].mean().item(), 1 - click[n_tr:].mean().item())))
