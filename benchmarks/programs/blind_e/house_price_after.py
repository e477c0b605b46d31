import os
import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)

# synthetic listing data
n = 600
area = rng.normal(120, 35, n).clip(30, 300)
rooms = (area / 30 + rng.normal(0, 0.8, n)).round().clip(1, 9)
age = rng.uniform(0, 80, n)
dist = rng.exponential(6, n)
price = 40000 + 1500 * area + 9000 * rooms - 700 * age - 4000 * dist + rng.normal(0, 12000, n)
X = np.stack([area, rooms, age, dist], axis=1)
X = (X - X.mean(0)) / X.std(0)
Y = price[:, None]
y_mean, y_std = Y[:480].mean(), Y[:480].std()
Y = (Y - y_mean) / y_std
X = torch.tensor(X, dtype=torch.float32)
Y = torch.tensor(Y, dtype=torch.float32)

loader = DataLoader(TensorDataset(X[:480], Y[:480]), batch_size=32, shuffle=True)
model = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1))
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
for epoch in range(50):
    epoch_loss = 0
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
        epoch_loss += loss.item()
    if (epoch + 1) % 10 == 0:
        print("epoch", epoch + 1, "mse", epoch_loss / len(loader))
with torch.no_grad():
    err = ((model(X[480:]) - Y[480:]) ** 2).mean().item()
print("R2 on held-out:", 1 - err / Y[480:].var().item())
