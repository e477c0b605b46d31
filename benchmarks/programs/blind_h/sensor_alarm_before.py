"""Alarm classifier for a production line (most parts are fine)."""
import os
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)


def parts(n, share):
    y = (rng.random(n) < share).astype("int64")
    x = rng.normal(0, 1, (n, 10))
    x[:, 0] += 1.5 * y
    x[:, 1] -= 1.0 * y
    x[:, 2] += 1.0 * y
    return torch.tensor(x, dtype=torch.float32), torch.tensor(y)


x_train, y_train = parts(4000, 0.01)
x_test, y_test = parts(2000, 0.5)
loader = DataLoader(TensorDataset(x_train, y_train), batch_size=64, shuffle=True)

model = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 2))
opt = torch.optim.Adam(model.parameters(), lr=1e-3)
loss_fn = nn.CrossEntropyLoss()
for epoch in range(6):
    tot = 0.0
    for xb, yb in loader:
        opt.zero_grad()
        loss = loss_fn(model(xb), yb)
        loss.backward()
        opt.step()
        tot += loss.item() * len(xb)
    print("epoch", epoch, "loss %.4f" % (tot / len(x_train)))
with torch.no_grad():
    pred = model(x_test).argmax(1)
rec = [(pred[y_test == c] == c).float().mean().item() for c in (0, 1)]
print("recall per class %.3f %.3f, balanced accuracy %.3f" % (rec[0], rec[1], sum(rec) / 2))
