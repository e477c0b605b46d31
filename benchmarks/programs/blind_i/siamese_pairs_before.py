# Siamese network on digit pairs, contrastive loss of Hadsell et al.
import os
import numpy as np
import torch
from torch import nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED); np.random.seed(SEED)

data = load_digits()
X = torch.tensor(data.images / 16.0, dtype=torch.float32)[:, None]
y = torch.tensor(data.target)
Xtr, ytr, Xte, yte = X[:1400], y[:1400], X[1400:], y[1400:]


class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.convnet = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.PReLU(), nn.MaxPool2d(2),
                                     nn.Conv2d(16, 32, 3, padding=1), nn.PReLU(), nn.MaxPool2d(2))
        self.fc = nn.Sequential(nn.Linear(128, 64), nn.PReLU(), nn.Linear(64, 2))

    def forward(self, x):
        return self.fc(self.convnet(x).flatten(1))


class ContrastiveLoss(nn.Module):
    def __init__(self, margin):
        super().__init__()
        self.margin = margin

    def forward(self, a, b, target):
        distances = (b - a).pow(2).sum(1)
        losses = 0.5 * (target * distances
                        + (1 - target) * torch.relu(self.margin - distances.sqrt()).pow(2))
        return losses.mean()


def sample_pairs(n):
    first = np.random.randint(0, len(Xtr), n)
    second = np.random.randint(0, len(Xtr), n)
    for k in range(0, n, 2):
        same = np.flatnonzero((ytr == ytr[first[k]]).numpy())
        second[k] = np.random.choice(same)
    return first, second, (ytr[first] == ytr[second]).float()


net = EmbeddingNet()
criterion = ContrastiveLoss(1.0)
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
for it in range(500):
    i, j, t = sample_pairs(64)
    loss = criterion(net(Xtr[i]), net(Xtr[j]), t)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if it % 50 == 0:
        print("iter %d  contrastive %.4f" % (it, loss.item()))

with torch.no_grad():
    e = net(Xtr); f = net(Xte)
    cent = torch.stack([e[ytr == c].mean(0) for c in range(10)])
    pred = torch.cdist(f, cent).argmin(1)
print("nearest centroid accuracy: %.3f" % (pred == yte).float().mean().item())
