"""'In Defense of the Triplet Loss' (batch hard mining), embedding the digits."""
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)


def pairwise_distances(e):
    dot = e @ e.t()
    sq = dot.diagonal()
    d = (sq[:, None] - 2 * dot + sq[None, :]).clamp(min=0)
    return d.sqrt()


def batch_hard_triplet_loss(emb, labels, margin=0.5):
    dist = pairwise_distances(emb)
    same = labels[:, None] == labels[None, :]
    eye = torch.eye(len(labels), dtype=torch.bool)
    pos = dist.masked_fill(~(same & ~eye), 0).max(1).values
    neg = (dist + same.float() * dist.detach().max()).min(1).values
    return F.softplus(pos - neg + margin).mean()


class PKSampler:
    """P classes with K images each"""

    def __init__(self, y, p, k, n_batches):
        self.by = [np.where(y == c)[0] for c in range(10)]
        self.p, self.k, self.n = p, k, n_batches

    def __iter__(self):
        for _ in range(self.n):
            cls = np.random.choice(10, self.p, replace=False)
            yield np.concatenate([np.random.choice(self.by[c], self.k, replace=False) for c in cls])


digits = load_digits()
order = np.random.permutation(len(digits.target))
X = torch.tensor(digits.data[order] / 16.0, dtype=torch.float32)
y = digits.target[order]
ntr = 1300
Xtr, ytr, Xte, yte = X[:ntr], torch.tensor(y[:ntr]), X[ntr:], torch.tensor(y[ntr:])

net = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 16))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)

for step, idx in enumerate(PKSampler(y[:ntr], p=8, k=6, n_batches=400)):
    emb = net(Xtr[idx])
    loss = batch_hard_triplet_loss(emb, ytr[idx])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 80 == 0:
        print(f"step {step:4d}  triplet loss {loss.item():.4f}")

with torch.no_grad():
    d = torch.cdist(net(Xte), net(Xtr))
    pred = ytr[d.topk(5, largest=False).indices].mode(1).values
    print("5-nn accuracy of the embedding:", (pred == yte).float().mean().item())
