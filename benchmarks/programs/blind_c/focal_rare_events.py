import os
import numpy as np
import torch
from torch import nn
from sklearn.metrics import average_precision_score

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)


def make(n):
    y = (np.random.rand(n) < 0.05).astype("float32")
    X = np.random.randn(n, 10).astype("float32")
    X[y == 1, :4] += 1.6
    return torch.from_numpy(X), torch.from_numpy(y)


class FocalLoss(nn.Module):
    def __init__(self, alpha=0.75, gamma=2.0):
        super().__init__()
        self.alpha, self.gamma = alpha, gamma

    def forward(self, logits, targets):
        bce = nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        p = torch.sigmoid(logits)
        pt = p * targets + (1 - p) * (1 - targets)
        at = self.alpha * targets + (1 - self.alpha) * (1 - targets)
        return (at * (1 - pt) ** self.gamma * bce).mean()


X, y = make(5000)
Xt, yt = make(3000)
net = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 1))
nn.init.constant_(net[-1].bias, -float(np.log(0.95 / 0.05)))
crit = FocalLoss()
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for epoch in range(8):
    net.train()
    tot = 0
    for b in torch.randperm(len(X)).split(100):
        loss = crit(net(X[b]).squeeze(1), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot += loss.item() * len(b)
    net.eval()
    with torch.no_grad():
        ap = average_precision_score(yt.numpy(), net(Xt).squeeze(1).numpy())
    print(f"epoch {epoch} focal loss {tot / len(X):.5f} average precision {ap:.3f}")
