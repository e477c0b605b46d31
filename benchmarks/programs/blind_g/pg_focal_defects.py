"""Rare defect detector with focal loss (Lin et al. 2017) and the prior-probability bias."""
import os
import math
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.metrics import average_precision_score

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)


def images(n, rate=0.03):
    x = rng.randn(n, 1, 12, 12).astype(np.float32) * 0.5
    y = (rng.rand(n) < rate).astype(np.float32)
    for k in np.where(y == 1)[0]:
        r, c = rng.randint(0, 9, 2)
        x[k, 0, r:r + 4, c:c + 4] += 1.1
    return torch.tensor(x), torch.tensor(y)


class Detector(nn.Module):
    def __init__(self, pi=0.03):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 16, 4), nn.ReLU(), nn.Conv2d(16, 16, 3), nn.ReLU(), nn.AdaptiveMaxPool2d(1))
        self.cls = nn.Linear(16, 1)
        nn.init.constant_(self.cls.bias, -math.log((1 - pi) / pi))

    def forward(self, x):
        return self.cls(self.body(x).flatten(1)).squeeze(1)


def focal_loss(logits, t, alpha=0.75, gamma=2.0):
    p = torch.sigmoid(logits)
    ce = F.binary_cross_entropy_with_logits(logits, t, reduction="none")
    pt = p * t + (1 - p) * (1 - t)
    a = alpha * t + (1 - alpha) * (1 - t)
    return (a * (1 - pt) ** gamma * ce).mean()


xtr, ytr = images(4000)
xte, yte = images(2000)
net = Detector()
opt = torch.optim.Adam(net.parameters(), lr=4e-3)
for epoch in range(8):
    tot = 0
    for idx in torch.randperm(4000).split(100):
        loss = focal_loss(net(xtr[idx]), ytr[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot += loss.item()
    print(f"epoch {epoch} focal {tot / 40:.5f}")
with torch.no_grad():
    s = net(xte)
print(f"average precision {average_precision_score(yte, s):.3f} (prevalence {yte.mean():.3f}), "
      f"recall {(s[yte == 1] > 0).float().mean():.3f}")
