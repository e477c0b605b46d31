# loan default: 4 % of customers default
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.metrics import f1_score, recall_score
from torch.utils.data import TensorDataset, DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)


def customers(n):
    x = rng.randn(n, 12)
    score = 1.1 * x[:, 0] - 0.9 * x[:, 3] + 0.8 * x[:, 5] * (x[:, 1] > 0) + 0.6 * x[:, 7]
    prob = 1 / (1 + np.exp(-(score - 4.6)))
    y = rng.rand(n) < prob
    return torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)


xtr, ytr = customers(4000)
xte, yte = customers(3000)
print("defaults in train: %.3f" % ytr.mean())
net = nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 1))
criterion = nn.BCEWithLogitsLoss()
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
dl = DataLoader(TensorDataset(xtr, ytr), batch_size=64, shuffle=True)
for epoch in range(8):
    tot = 0
    for xb, yb in dl:
        opt.zero_grad()
        loss = criterion(net(xb).squeeze(1), yb)
        loss.backward()
        opt.step()
        tot += loss.item()
    print(f"epoch {epoch} loss {tot / len(dl):.4f}")
net.eval()
with torch.no_grad():
    pred = (torch.sigmoid(net(xte)).squeeze(1) > 0.5).numpy().astype(int)
t = yte.numpy().astype(int)
print("accuracy %.3f  recall %.3f  f1 %.3f  predicted defaults %d of %d" % (
    (pred == t).mean(), recall_score(t, pred, zero_division=0), f1_score(t, pred, zero_division=0), pred.sum(), t.sum()))
