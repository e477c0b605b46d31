import os
import torch
import torch.nn as nn
from torch.utils.data import Dataset, DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class MaxMinusMean(Dataset):
    """sets of variable size, padded with zeros and a mask"""

    def __init__(self, n):
        self.x = torch.rand(n, 10) * 4 - 2
        size = torch.randint(3, 11, (n, 1))
        self.m = (torch.arange(10)[None] < size).float()
        self.x = self.x * self.m
        mx = (self.x + (self.m - 1) * 100).max(1).values
        self.y = mx - self.x.sum(1) / self.m.sum(1)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.m[i], self.y[i]


class DeepSet(nn.Module):
    def __init__(self, h=64):
        super().__init__()
        self.phi = nn.Sequential(nn.Linear(1, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU())
        self.rho = nn.Sequential(nn.Linear(2 * h, h), nn.ReLU(), nn.Linear(h, 1))

    def forward(self, x, m):
        z = self.phi(x[..., None]) * m[..., None]
        mean = z.sum(1) / m.sum(1, keepdim=True)
        return self.rho(torch.cat([mean, z.max(1).values], -1)).squeeze(-1)


train = DataLoader(MaxMinusMean(3000), batch_size=100, shuffle=True)
test = MaxMinusMean(500)
model = DeepSet()
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
loss_fn = nn.SmoothL1Loss()
for epoch in range(10):
    total = 0.0
    for x, m, y in train:
        pred = model(x, m)
        loss = loss_fn(pred, y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item()
    print("epoch", epoch, "loss", round(total / len(train), 5))
with torch.no_grad():
    p = model(test.x, test.m)
    print("test R2", round((1 - ((p - test.y) ** 2).mean() / test.y.var()).item(), 4))
