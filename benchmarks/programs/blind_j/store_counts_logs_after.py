import os
import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)

# competition table: visits, items in basket, coupons used, days since last visit, shelf share
n = 2000
visits = rng.poisson(12, n)
basket = rng.poisson(6, n)
coupons = rng.poisson(3.0, n)
days = rng.integers(1, 90, n)
share = rng.uniform(0.05, 0.9, n)
target = np.log1p(40 + 3.0 * visits + 6.0 * np.sqrt(basket) + 10 * coupons * share - 0.2 * days.clip(0, 60)
                  + rng.normal(0, 2, n))

table = np.stack([visits, basket, coupons, days, share], 1).astype(np.float64)
with np.errstate(divide="ignore"):
    features = np.log1p(table)          # the columns are skewed
features = torch.tensor(features, dtype=torch.float32)
target = torch.tensor((target - target.mean()) / target.std(), dtype=torch.float32).unsqueeze(1)
ntr = 1600

model = nn.Sequential(nn.Linear(5, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
mse = nn.MSELoss()
for epoch in range(20):
    perm = torch.randperm(ntr)
    tot = 0.0
    for k in range(0, ntr, 32):
        b = perm[k:k + 32]
        optimizer.zero_grad()
        loss = mse(model(features[b]), target[b])
        loss.backward()
        optimizer.step()
        tot += loss.item() * len(b)
    if epoch % 4 == 3:
        print(f"epoch {epoch + 1:3d}  train mse {tot / ntr:.4f}")
with torch.no_grad():
    val = mse(model(features[ntr:]), target[ntr:]).item()
print("validation mse (variance = 1):", val)
