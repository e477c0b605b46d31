"""Forecast the outdoor temperature three hours ahead from the last day, month after month."""

import os

import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)

WINDOW, AHEAD, BATCH = 24, 3, 48


def station_log(hours=20000):
    """Hourly readings in degrees, as the weather station writes them to its log."""
    t = np.arange(hours)
    season = 9.0 * np.sin(2 * np.pi * t / 8766)
    day = 5.0 * np.sin(2 * np.pi * t / 24)
    front = np.zeros(hours)
    for k in range(1, hours):
        front[k] = 0.97 * front[k - 1] + 0.7 * rng.standard_normal()
    readings = 10.0 + season + day + front
    outage = 13000 + int(rng.integers(0, 500))
    readings[outage : outage + 2] = -999.0
    return readings


readings = station_log()
known = readings > -90.0
t = np.arange(len(readings))
readings = np.interp(t, t[known], readings[known])
mean, std = readings[:8766].mean(), readings[:8766].std()
z = torch.tensor((readings - mean) / std, dtype=torch.float32)

model = nn.Sequential(
    nn.Linear(WINDOW, 32),
    nn.ReLU(),
    nn.Linear(32, 32),
    nn.ReLU(),
    nn.Linear(32, 1),
)
optimizer = torch.optim.SGD(model.parameters(), lr=0.005)
loss_fn = nn.MSELoss()

windows = z.unfold(0, WINDOW, 1)[:-AHEAD]
target = z[WINDOW + AHEAD - 1 :][: len(windows)]

running = []
for step, start in enumerate(range(0, len(windows) - BATCH, BATCH // 2)):
    x, y = windows[start : start + BATCH], target[start : start + BATCH]
    loss = loss_fn(model(x).squeeze(1), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    running.append(loss.item())
    if step % 100 == 99:
        print(f"hour {start + BATCH:6d}  mse {np.median(running[-100:]):.4f}")

with torch.no_grad():
    error = (model(windows[-2000:]).squeeze(1) - target[-2000:]).pow(2).mean().sqrt()
print(f"last weeks: error of {error.item() * std:.2f} degrees")
