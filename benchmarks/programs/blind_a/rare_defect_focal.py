"""Rare defect detection in small images with focal loss (3 % positives)."""
import os
import math
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.metrics import average_precision_score, f1_score

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)


def images(n, rate=0.03, size=12):
    y = (rng.random(n) < rate).astype(np.float32)
    x = rng.normal(0, 0.5, (n, 1, size, size)).astype(np.float32)
    for i in np.flatnonzero(y):
        r, c = rng.integers(1, size - 4, 2)
        x[i, 0, r:r + 3, c:c + 3] += 1.6
    return torch.from_numpy(x), torch.from_numpy(y)


class Detector(nn.Module):
    def __init__(self, prior=0.03):
        super().__init__()
        self.c1 = nn.Conv2d(1, 8, 3)
        self.c2 = nn.Conv2d(8, 16, 3)
        self.fc = nn.Linear(16, 1)
        nn.init.constant_(self.fc.bias, math.log(prior / (1 - prior)))

    def forward(self, x):
        x = F.relu(self.c2(F.relu(self.c1(x))))
        return self.fc(x.amax((2, 3))).squeeze(1)


def focal_loss(logits, y, gamma=2.0, alpha=0.75):
    p = torch.sigmoid(logits)
    pt = torch.where(y > 0.5, p, 1 - p)
    weight = torch.where(y > 0.5, alpha, 1 - alpha) * (1 - pt) ** gamma
    ce = F.binary_cross_entropy_with_logits(logits, y, reduction="none")
    return (weight * ce).sum() / y.sum().clamp(min=1)


x_train, y_train = images(3000)
x_test, y_test = images(2000)
model = Detector()
opt = torch.optim.AdamW(model.parameters(), lr=5e-3)
print("positives:", int(y_train.sum()), "of", len(y_train))

for epoch in range(6):
    tot = []
    for idx in torch.randperm(len(x_train)).split(100):
        loss = focal_loss(model(x_train[idx]), y_train[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot.append(loss.item())
    print(f"epoch {epoch} focal {np.mean(tot):.4f}")

with torch.no_grad():
    s = model(x_test)
print("average precision %.3f (chance %.3f)  F1 %.3f" % (
    average_precision_score(y_test, s), y_test.mean(), f1_score(y_test, (s > 0).int())))
