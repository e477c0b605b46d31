"""Predict yearly consumption (kWh) of a household from survey answers."""
import os
import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)
n = 600
people = np.random.randint(1, 6, n)
rooms = np.clip(people + np.random.randint(-1, 4, n), 1, 9)
electric = np.random.rand(n) < 0.35
insulation = np.random.rand(n)
kwh = 4000 + 1800 * people + 2200 * rooms * (1.3 - insulation) + 9000 * electric + 900 * np.random.randn(n)
X = np.stack([people, rooms, electric, insulation], 1).astype(np.float32)
X = (X - X.mean(0)) / X.std(0)
y = kwh.astype(np.float32)[:, None]
y_mean, y_std = y[:450].mean(), y[:450].std()
y = (y - y_mean) / y_std
X, y = torch.from_numpy(X), torch.from_numpy(y)
loader = DataLoader(TensorDataset(X[:450], y[:450]), batch_size=30, shuffle=True)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(4, 32)
        self.fc2 = nn.Linear(32, 32)
        self.fc3 = nn.Linear(32, 1)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        x = torch.relu(self.fc2(x))
        return self.fc3(x)


net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
criterion = nn.MSELoss()
for epoch in range(60):
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = criterion(net(xb), yb)
        loss.backward()
        optimizer.step()
    if epoch % 10 == 0:
        print(f"epoch {epoch}: loss {loss.item():.4g}")
with torch.no_grad():
    res = net(X[450:]) - y[450:]
    print("test R2", (1 - (res ** 2).mean() / y[450:].var()).item())
