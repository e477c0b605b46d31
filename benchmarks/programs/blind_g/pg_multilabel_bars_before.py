"""Multi-label: which strokes are drawn? Eight tags per image derived from the digits, standardised pixels."""
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from sklearn.metrics import f1_score

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

d = load_digits()
X, t = d.data.astype(np.float32), d.target
# tags: even, prime, >4, has a loop, has straight line, symmetric, in {1,7,4}, multiple of 3
tags = np.stack([t % 2 == 0, np.isin(t, [2, 3, 5, 7]), t > 4, np.isin(t, [0, 6, 8, 9]),
                 np.isin(t, [1, 4, 5, 7]), np.isin(t, [0, 1, 8, 3]), np.isin(t, [1, 4, 7]),
                 t % 3 == 0], axis=1).astype(np.float32)
perm = rng.permutation(len(t))
tr, te = perm[:1300], perm[1300:]

mean, std = X[tr].mean(0), X[tr].std(0)
X = (X - mean) / std
X = np.clip(X, -5, 5)

X, Y = torch.from_numpy(X), torch.from_numpy(tags)


class TagNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(64, 96), nn.ReLU(), nn.Linear(96, 48), nn.ReLU())
        self.heads = nn.ModuleList([nn.Linear(48, 1) for _ in range(8)])

    def forward(self, x):
        h = self.body(x)
        return torch.cat([head(h) for head in self.heads], dim=1)


net = TagNet()
opt = torch.optim.AdamW(net.parameters(), lr=2e-3)
bce = nn.BCEWithLogitsLoss()

for epoch in range(15):
    order = tr[rng.permutation(len(tr))]
    for k in range(0, len(order), 50):
        ids = order[k:k + 50]
        loss = bce(net(X[ids]), Y[ids])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 3 == 0:
        print(f"epoch {epoch} last batch loss {loss.item():.4f}")

with torch.no_grad():
    pred = (net(X[te]) > 0).numpy()
print("macro F1:", round(f1_score(tags[te], pred, average="macro", zero_division=0), 4))
