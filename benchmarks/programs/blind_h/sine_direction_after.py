import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

# columns: SIN, SIN-1, Direction (1 = going up)
k = np.arange(299)
s = np.sin(2 * np.pi * k / 100)
prev = np.concatenate([[0.], s[:-1]])
direction = (s >= prev).astype(int)
X = torch.tensor(np.stack([s, prev], 1), dtype=torch.float32)
Y = torch.tensor(direction, dtype=torch.float32).unsqueeze(1)
n_train = int(len(X) * .8)
HIDDEN = 64


def init(m):
    if isinstance(m, nn.Linear):
        nn.init.xavier_uniform_(m.weight)
        nn.init.zeros_(m.bias)


model = nn.Sequential(nn.Linear(2, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1), nn.Sigmoid())
model.apply(init)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7)
bce = nn.BCELoss()
for epoch in range(20):
    total = 0
    for idx in torch.randperm(n_train).split(2):
        optimizer.zero_grad()
        loss = bce(model(X[idx]), Y[idx])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(idx)
    print("epoch", epoch + 1, "loss", round(total / n_train, 4))
with torch.no_grad():
    acc = ((model(X) > .5).float() == Y).float().mean().item()
print("accuracy %.3f" % acc)
