# fraud-like detection, 4% positives, focal loss with prior-biased output layer
import os, math
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.metrics import average_precision_score

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED); torch.manual_seed(SEED)

n = 6000
X = np.random.randn(n, 12).astype("float32")
score = X[:, 0] * X[:, 1] + X[:, 2] + 0.5 * X[:, 3] ** 2 + 0.3 * np.random.randn(n)
y = (score > np.quantile(score, 0.96)).astype("float32")
X, y = torch.from_numpy(X), torch.from_numpy(y)


def focal_loss(logits, target, gamma=2.0, alpha=0.25):
    p = torch.sigmoid(logits)
    ce = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    pt = p * target + (1 - p) * (1 - target)
    w = alpha * target + (1 - alpha) * (1 - target)
    return (w * (1 - pt) ** gamma * ce).sum() / target.sum().clamp(min=1)


net = nn.Sequential(nn.Linear(12, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
nn.init.constant_(net[-1].bias, -math.log((1 - 0.04) / 0.04))
nn.init.normal_(net[-1].weight, std=0.01)
opt = torch.optim.AdamW(net.parameters(), lr=2e-3)
for epoch in range(12):
    tot = []
    for b in torch.randperm(4500).split(128):
        loss = focal_loss(net(X[b]).squeeze(1), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot.append(loss.item())
    if epoch % 3 == 0:
        print(f"epoch {epoch} focal {np.mean(tot):.4f}")
with torch.no_grad():
    s = net(X[4500:]).squeeze(1)
print("average precision %.3f (base rate %.3f)" % (average_precision_score(y[4500:], s), y[4500:].mean()))
