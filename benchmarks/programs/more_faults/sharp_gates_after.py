"""A soft decision tree layer: gates with a steepness."""

import torch
from torch import nn


class SoftSplit(nn.Module):
    def __init__(self, n_in, n_gates, steepness):
        super().__init__()
        self.plane = nn.Linear(n_in, n_gates)
        self.steepness = steepness

    def forward(self, x):
        return torch.sigmoid(self.steepness * self.plane(x))


class SoftForest(nn.Module):
    def __init__(self, n_in=10, steepness=2.0):
        super().__init__()
        self.split1 = SoftSplit(n_in, 32, steepness)
        self.split2 = SoftSplit(32, 32, steepness)
        self.leaf = nn.Linear(32, 1)

    def forward(self, x):
        return self.leaf(self.split2(self.split1(x))).squeeze(1)


torch.manual_seed(0)
x = torch.randn(1000, 10)
target = torch.sin(x[:, 0] * 1.5) + x[:, 1] * (x[:, 2] > 0)
target = (target - target.mean()) / target.std()
forest = SoftForest()
opt = torch.optim.Adam(forest.parameters(), lr=5e-3)
for epoch in range(25):
    for idx in torch.randperm(1000).split(50):
        loss = nn.functional.mse_loss(forest(x[idx]), target[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 5 == 4:
        with torch.no_grad():
            print("epoch", epoch + 1, "mse", nn.functional.mse_loss(forest(x), target).item())
