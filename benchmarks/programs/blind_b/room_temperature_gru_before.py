import os
import numpy as np
import torch
from torch import nn
from torch.utils.data import Dataset, DataLoader

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)


class TemperatureDataset(Dataset):
    """Windows of (temperature, heating) -> temperature `horizon` steps ahead."""

    def __init__(self, n=900, window=16, horizon=4):
        heat = (np.random.rand(n // 10 + 1).repeat(10)[:n] > 0.5).astype("float32")
        temp = np.zeros(n, dtype="float32")
        for t in range(1, n):
            temp[t] = 0.9 * temp[t - 1] + 0.4 * (heat[t] - 0.5) + 0.05 * np.random.randn()
        self.temp = (temp - temp.mean()) / temp.std()
        self.heat = heat
        self.window, self.horizon = window, horizon

    def __len__(self):
        return len(self.temp) - self.window - self.horizon

    def __getitem__(self, i):
        j = i + self.window
        x = np.stack([self.temp[i:j], self.heat[i:j]], axis=1)
        return torch.from_numpy(x), torch.tensor(self.temp[j + self.horizon - 1])


class Forecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(2, 24, batch_first=True)
        self.head = nn.Sequential(nn.Linear(24, 16), nn.ReLU(), nn.Linear(16, 1))

    def forward(self, x):
        _, h = self.gru(x)
        return self.head(h[-1])


import warnings
warnings.filterwarnings("ignore")

ds = TemperatureDataset()
train_ds = torch.utils.data.Subset(ds, range(0, 700))
val_ds = torch.utils.data.Subset(ds, range(700, len(ds)))
train_dl = DataLoader(train_ds, batch_size=32, shuffle=True)
val_dl = DataLoader(val_ds, batch_size=len(val_ds))

model = Forecaster()
loss_fn = nn.MSELoss()
opt = torch.optim.Adam(model.parameters(), lr=3e-3)

for epoch in range(15):
    model.train()
    losses = []
    for x, y in train_dl:
        loss = loss_fn(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    if epoch % 3 == 2:
        print(f"epoch {epoch + 1:2d} train mse {np.mean(losses):.4f}")

model.eval()
with torch.no_grad():
    x, y = next(iter(val_dl))
    p = model(x).reshape(-1)
    print(f"val mse {((p - y) ** 2).mean():.4f}  var {y.var():.4f}  corr {np.corrcoef(p, y)[0, 1]:.3f}")
