# 24h-ahead forecast of a synthetic electricity load with an LSTM
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

hours = np.arange(24 * 60)
load = (50 + 12 * np.sin(2 * np.pi * hours / 24) + 6 * np.sin(2 * np.pi * hours / 168)
        + 3 * np.sin(2 * np.pi * hours / 12) + np.random.randn(len(hours)) * 1.0)
split = 24 * 45
mean, std = load[:split].mean(), load[:split].std()
series = torch.tensor((load - mean) / std, dtype=torch.float32)


def windows(s, w=24):
    xs = torch.stack([s[i:i + w] for i in range(len(s) - w)])
    return xs.unsqueeze(-1), s[w:].unsqueeze(-1)


train_x, train_y = windows(series[:split])
test_x, test_y = windows(series[split:])


class Forecaster(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.lstm = nn.LSTM(1, hidden, batch_first=True)
        self.head = nn.Sequential(nn.Linear(hidden, 16), nn.ReLU(), nn.Linear(16, 1), nn.ReLU())

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.head(out[:, -1])


model = Forecaster()
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(10):
    perm = torch.randperm(len(train_x))
    total = 0
    for i in range(0, len(perm), 32):
        b = perm[i:i + 32]
        optimizer.zero_grad()
        loss = criterion(model(train_x[b]), train_y[b])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(b)
    print(f"epoch {epoch + 1} train mse {total / len(perm):.4f}")

with torch.no_grad():
    mse = criterion(model(test_x), test_y).item()
print(f"test mse {mse:.4f}, variance {test_y.var().item():.4f}")
