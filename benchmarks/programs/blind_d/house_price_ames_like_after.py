# Kaggle "House Prices" style baseline
import os
import numpy as np
import torch
from torch import nn
from torch.utils.data import TensorDataset, DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rs = np.random.RandomState(SEED)

# ---- data -------------------------------------------------------------
N = 2000
area = rs.normal(1500, 450, N).clip(400)
quality = rs.randint(1, 11, N)
age = rs.randint(0, 100, N)
garage = rs.randint(0, 4, N)
lot = rs.lognormal(9, 0.4, N)
price = (40000 + 70 * area + 11000 * quality - 350 * age + 8000 * garage
         + 1.2 * lot + 3 * (quality - 5) * area + rs.normal(0, 8000, N))

features = np.stack([area, quality, age, garage, lot], axis=1)
features = (features - features.mean(0)) / features.std(0)

target = (price - price[:1600].mean()) / price[:1600].std()

X = torch.tensor(features, dtype=torch.float32)
y = torch.tensor(target, dtype=torch.float32).view(-1, 1)
train_loader = DataLoader(TensorDataset(X[:1600], y[:1600]), batch_size=32, shuffle=True)
X_val, y_val = X[1600:], y[1600:]


# ---- model ------------------------------------------------------------
class PriceModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(5, 64), nn.ReLU(),
            nn.Linear(64, 32), nn.ReLU(),
            nn.Linear(32, 1))

    def forward(self, x):
        return self.layers(x)


def r2(pred, true):
    return 1 - ((pred - true) ** 2).sum().item() / ((true - true.mean()) ** 2).sum().item()


model = PriceModel()
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

for epoch in range(20):
    losses = []
    for xb, yb in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    if epoch % 4 == 3:
        with torch.no_grad():
            print(f"epoch {epoch + 1}: train mse {np.mean(losses):.4g}  val r2 {r2(model(X_val), y_val):.3f}")

with torch.no_grad():
    print("final r2:", r2(model(X_val), y_val))
