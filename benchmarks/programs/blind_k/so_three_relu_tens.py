# one input, three hidden layers of ten, one linear output (StackOverflow 42913869)
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

x = np.linspace(-3, 3, 400).reshape(-1, 1)
y = x ** 2 + 0.1 * np.random.randn(400, 1)
x, y = torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)

model = nn.Sequential(nn.Linear(1, 10), nn.ReLU(), nn.Linear(10, 10), nn.ReLU(),
                      nn.Linear(10, 10), nn.ReLU(), nn.Linear(10, 1))
for m in model:
    if isinstance(m, nn.Linear):
        nn.init.xavier_uniform_(m.weight)
        nn.init.zeros_(m.bias)
opt = torch.optim.Adam(model.parameters(), eps=1e-7)
mse = nn.MSELoss()
for epoch in range(120):
    for b in torch.randperm(400).split(32):
        loss = mse(model(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 20 == 19:
        print("epoch", epoch + 1, "loss", loss.item())
with torch.no_grad():
    print("R2", (1 - mse(model(x), y) / y.var()).item())
