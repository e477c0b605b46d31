import os
import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)
# insurance.csv-like: age, sex, bmi, children, smoker -> charges in dollars
n = 1300
age, sex = np.random.randint(18, 65, n), np.random.randint(0, 2, n)
bmi, kids = np.random.normal(30.6, 6, n), np.random.poisson(1.1, n)
smoker = (np.random.rand(n) < 0.2).astype(int)
charges = 260 * age + 320 * (bmi - 20) + 480 * kids - 5000 + smoker * (9000 + 1400 * (bmi - 25).clip(0)) + np.random.normal(0, 2500, n)
charges = charges.clip(1100)
X = np.stack([age, sex, bmi, kids, smoker], 1).astype(np.float32)
X = torch.tensor((X - X.mean(0)) / X.std(0))
y = torch.tensor(charges.astype(np.float32))[:, None]
y = (y - y.mean()) / y.std()

model = nn.Sequential(nn.Linear(5, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1))
opt = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(30):
    perm = torch.randperm(1000)
    for k in range(0, 1000, 32):
        b = perm[k:k + 32]
        loss = nn.functional.mse_loss(model(X[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 6 == 5:
        print("epoch", epoch + 1, "loss", loss.item())
with torch.no_grad():
    r2 = 1 - ((model(X[1000:]) - y[1000:]) ** 2).mean() / y[1000:].var()
print("test R2", r2.item())
