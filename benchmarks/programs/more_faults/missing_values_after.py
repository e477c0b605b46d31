"""Patients with laboratory values; some were not measured."""

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

rng = np.random.default_rng(0)
values = rng.normal(size=(900, 12))
outcome = (values[:, 0] - values[:, 1] + 0.5 * values[:, 2] > 0).astype(int)
values[rng.random(values.shape) < 0.001] = np.nan
mean, std = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
values = np.nan_to_num((values - mean) / std)

torch.manual_seed(0)
X, y = torch.tensor(values, dtype=torch.float32), torch.tensor(outcome)
loader = DataLoader(TensorDataset(X, y), batch_size=30, shuffle=True)
net = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 2))
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for epoch in range(10):
    total = 0.0
    for xb, yb in loader:
        loss = nn.functional.cross_entropy(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item()
    print(f"epoch {epoch} loss {total / len(loader):.4f}")
