import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
X = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=torch.float32)
y = torch.tensor([[0], [1], [1], [0]], dtype=torch.float32)

model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1), nn.Sigmoid())
for p in model.parameters():
    if p.ndim > 1:
        nn.init.xavier_uniform_(p)
    else:
        nn.init.zeros_(p)
sgd = torch.optim.SGD(model.parameters(), lr=0.1)
bce = nn.BCELoss()
for epoch in range(1000):
    for i in np.random.RandomState(SEED * 10000 + epoch).permutation(4):
        loss = bce(model(X[i:i + 1]), y[i:i + 1])
        sgd.zero_grad()
        loss.backward()
        sgd.step()
    if epoch % 100 == 0:
        with torch.no_grad():
            print(epoch, bce(model(X), y).item())
with torch.no_grad():
    print(model(X).flatten().tolist())
    print("accuracy", ((model(X) > .5).float() == y).float().mean().item(), "bce", bce(model(X), y).item())
