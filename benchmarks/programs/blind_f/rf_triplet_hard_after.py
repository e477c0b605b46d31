"""Batch-hard triplet loss (Hermans et al. 2017) on digits, kNN evaluation."""
import os

import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)


def pairwise_distance(e):
    sq = (e ** 2).sum(1)
    d2 = sq[:, None] + sq[None, :] - 2 * e @ e.T
    d2 = d2.clamp(min=1e-8)
    return torch.sqrt(d2)


class BatchHardTriplet(nn.Module):
    def __init__(self, margin=0.3):
        super().__init__()
        self.margin = margin

    def forward(self, emb, labels):
        d = pairwise_distance(emb)
        same = labels[:, None] == labels[None, :]
        pos = d.masked_fill(~same, 0.0).max(1).values
        neg = d.masked_fill(same, 1e9).min(1).values
        return torch.relu(pos - neg + self.margin).mean()


class PKSampler:
    """P classes x K samples"""

    def __init__(self, labels, P=8, K=6):
        self.P, self.K = P, K
        self.by_class = [np.where(labels == c)[0] for c in range(10)]

    def draw(self):
        cs = np.random.choice(10, self.P, replace=False)
        return np.concatenate([np.random.choice(self.by_class[c], self.K, replace=False) for c in cs])


class Embedding(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 2))

    def forward(self, x):
        return self.body(x)


X, y = load_digits(return_X_y=True)
X = (X / 16.0).astype(np.float32)
perm = np.random.permutation(len(X))
X, y = X[perm], y[perm]
Xtr, ytr, Xte, yte = X[:1300], y[:1300], X[1300:], y[1300:]

net, crit, sampler = Embedding(), BatchHardTriplet(), PKSampler(ytr)
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for it in range(900):
    idx = sampler.draw()
    loss = crit(net(torch.from_numpy(Xtr[idx])), torch.from_numpy(ytr[idx]))
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 100 == 0:
        print(f"iter {it:4d}  triplet {loss.item():.4f}")

with torch.no_grad():
    a, b = net(torch.from_numpy(Xtr)).numpy(), net(torch.from_numpy(Xte)).numpy()
a, b = np.nan_to_num(a), np.nan_to_num(b)
knn = KNeighborsClassifier(5).fit(a, ytr)
print(f"5-NN accuracy in 2-D {knn.score(b, yte):.3f}")
