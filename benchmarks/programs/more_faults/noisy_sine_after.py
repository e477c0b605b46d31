"""Fit a sine from two thousand noisy points, more than the network could learn by heart."""

import math

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(1)

STEPS = 1500


def sample(n):
    x = torch.rand(n, 1) * 2 - 1
    y = torch.sin(math.pi * x) + 0.4 * torch.randn(n, 1)
    return x, y


class Fit(nn.Module):
    def __init__(self, hidden=128):
        super().__init__()
        self.inp = nn.Linear(4, hidden)
        self.mid = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x):
        waves = torch.cat([torch.sin(k * x) for k in (1, 3, 9, 27)], dim=1)
        return self.out(torch.relu(self.mid(torch.relu(self.inp(waves)))))


@torch.no_grad()
def validate(net, loader, mse):
    net.eval()
    total = 0.0
    for x, y in loader:
        total += mse(net(x), y).item()
    net.train()
    return total / len(loader)


train_x, train_y = sample(2000)
val_loader = DataLoader(TensorDataset(*sample(200)), batch_size=50)
net = Fit()
mse = nn.MSELoss()
opt = torch.optim.Adam(net.parameters(), lr=1e-3)

for step in range(STEPS):
    loss = mse(net(train_x), train_y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 100 == 99:
        print(step + 1, f"train {loss.item():.4f}", f"val {validate(net, val_loader, mse):.4f}")
