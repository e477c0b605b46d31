"""GRU early-warning model on simulated bedside monitor streams (SI units)."""
import os

import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

MEAN = np.array([82.0, 12400.0, 310.1, 0.96, 16.0])      # 1/min, Pa, K, fraction, 1/min
SPREAD = np.array([9.0, 1100.0, 0.5, 0.015, 2.5])
TREND = np.array([0.5, -0.6, 0.6, -0.5, 0.6])


def simulate(n, T=16):
    y = np.random.binomial(1, 0.4, n)
    t = np.linspace(-1, 1, T)[None, :, None]
    latent = np.random.randn(n, 1, 5) * 0.8 + np.random.randn(n, T, 5) * 0.8
    latent = latent + (y[:, None, None] * np.random.uniform(0.8, 1.6, (n, 1, 1))) * TREND * t
    return (MEAN + SPREAD * latent).astype(np.float32), y.astype(np.float32)


class AttentivePool(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.score = nn.Linear(d, 1)

    def forward(self, h):
        w = torch.softmax(self.score(h), dim=1)
        return (w * h).sum(1)


class EarlyWarning(nn.Module):
    def __init__(self, d_in=5, d=32):
        super().__init__()
        self.gru = nn.GRU(d_in, d, batch_first=True)
        self.pool = AttentivePool(d)
        self.clf = nn.Sequential(nn.Linear(2 * d, 32), nn.ReLU(), nn.Linear(32, 1))

    def forward(self, x):
        h, last = self.gru(x)
        return self.clf(torch.cat([self.pool(h), last[-1]], -1)).squeeze(-1)


Xtr, ytr = simulate(1600)
Xva, yva = simulate(500)
train = DataLoader(TensorDataset(torch.from_numpy(Xtr), torch.from_numpy(ytr)), batch_size=64, shuffle=True)

model = EarlyWarning()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
criterion = nn.BCEWithLogitsLoss()


@torch.no_grad()
def evaluate():
    model.eval()
    s = model(torch.from_numpy(Xva)).numpy()
    model.train()
    pos, neg = s[yva == 1], s[yva == 0]
    auc = ((pos[:, None] > neg[None]) + 0.5 * (pos[:, None] == neg[None])).mean()
    return ((s > 0) == yva).mean(), auc


for epoch in range(12):
    losses = []
    for xb, yb in train:
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        losses.append(loss.item())
    if epoch % 2 == 1:
        acc, auc = evaluate()
        print(f"epoch {epoch} loss {np.mean(losses):.4f} val acc {acc:.3f} auc {auc:.3f}")
acc, auc = evaluate()
print(f"final acc {acc:.3f} auc {auc:.3f} (majority {max(yva.mean(), 1 - yva.mean()):.3f})")
