# shared trunk with two heads: sale price (regression) and district (classification)
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

n = 1600
area = np.random.gamma(6, 15, n)
rooms = np.clip(np.round(area / 25 + np.random.randn(n)), 1, 8)
age = np.random.uniform(0, 60, n)
lat, lon = np.random.randn(2, n)
district = (lat > 0).astype(int) * 2 + (lon + 0.5 * lat > 0).astype(int)
price = (2100 * area + 9000 * rooms - 800 * age + np.array([20, 60, 110, 40])[district] * 1000
         + 15000 * np.random.randn(n))
feats = np.stack([area, rooms, age, lat, lon], 1)
feats = (feats - feats.mean(0)) / feats.std(0)
x = torch.tensor(feats, dtype=torch.float32)
p = torch.tensor(price, dtype=torch.float32)
d = torch.tensor(district)
ntr = 1280


class MultiTask(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(5, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU())
        self.price = nn.Linear(64, 1)
        self.district = nn.Linear(64, 4)

    def forward(self, x):
        h = self.trunk(x)
        return self.price(h).squeeze(-1), self.district(h)


model = MultiTask()
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
mse, ce = nn.MSELoss(), nn.CrossEntropyLoss()
for epoch in range(25):
    log = np.zeros(2)
    for b in torch.randperm(ntr).split(64):
        pp, dd = model(x[b])
        l1, l2 = mse(pp, p[b]), ce(dd, d[b])
        loss = l1 + l2
        opt.zero_grad()
        loss.backward()
        opt.step()
        log += [l1.item() / 20, l2.item() / 20]
    if epoch % 5 == 0:
        print(f"epoch {epoch} price {log[0]:.4g} district {log[1]:.4g}")
with torch.no_grad():
    pp, dd = model(x[ntr:])
    r2 = 1 - ((pp - p[ntr:]) ** 2).mean() / p[ntr:].var()
    acc = (dd.argmax(1) == d[ntr:]).float().mean()
print(f"price R2 {r2.item():.3f}  district acc {acc.item():.3f}")
