# Trying linear regression with one unit, television budget -> sales
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
r = np.random.RandomState(SEED)

n = 100
x = np.sort(r.uniform(0.7, 296.4, n))
y = 7.03 + 0.0475 * x + r.normal(0, 1.6, n) * (0.4 + x / 300)

xt = torch.tensor(x, dtype=torch.float32).view(-1, 1)
yt = torch.tensor(y, dtype=torch.float32).view(-1, 1)

preds = nn.Linear(1, 1)
nn.init.xavier_uniform_(preds.weight)
nn.init.zeros_(preds.bias)
sgd = torch.optim.SGD(preds.parameters(), lr=0.01)

for epoch in range(10):
    tot = 0.0
    for i in range(n):
        sgd.zero_grad()
        loss = ((preds(xt[i:i + 1]) - yt[i:i + 1]) ** 2).mean()
        loss.backward()
        sgd.step()
        tot += loss.item()
    print("epoch", epoch, "mse", tot / n)

with torch.no_grad():
    mse = ((preds(xt) - yt) ** 2).mean().item()
print("mse %.4f r2 %.4f" % (mse, 1 - mse / yt.var(unbiased=False).item()))
