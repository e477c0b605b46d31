# predict salary from years of experience (30 rows)
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

years = np.sort(rng.uniform(1.1, 10.5, 30))
salary = 25800 + 9450 * years + rng.normal(0, 5600, 30)
X = torch.tensor(years.reshape(-1, 1), dtype=torch.float32)
y = torch.tensor(salary.reshape(-1, 1), dtype=torch.float32)
y_mean, y_std = y.mean(), y.std()
y = (y - y_mean) / y_std
X = (X - X.mean()) / X.std()

model = nn.Sequential(nn.Linear(1, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))
for m in model:
    if isinstance(m, nn.Linear):
        nn.init.xavier_uniform_(m.weight)
        nn.init.zeros_(m.bias)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01, eps=1e-7)
mse = nn.MSELoss()

for epoch in range(300):
    perm = torch.randperm(30)
    for b in (perm[:10], perm[10:20], perm[20:]):
        optimizer.zero_grad()
        loss = mse(model(X[b]), y[b])
        loss.backward()
        optimizer.step()
    if epoch % 50 == 0:
        print(epoch, "loss", loss.item())

with torch.no_grad():
    pred = model(X)
    r2 = 1 - ((y - pred) ** 2).sum() / ((y - y.mean()) ** 2).sum()
print("r2 score:", r2.item())
