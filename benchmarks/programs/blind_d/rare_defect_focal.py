# surface defects: one part in fifteen is bad; focal loss (gamma 2), raw logits
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.metrics import average_precision_score, balanced_accuracy_score

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)


def parts(n):
    img = rng.normal(0, 0.5, (n, 1, 10, 10)).astype("float32")
    bad = rng.rand(n) < 1 / 15
    for k in np.where(bad)[0]:
        r, c = rng.randint(0, 8, 2)
        img[k, 0, r:r + 3, c:c + 2] += 2.0
    return torch.tensor(img), torch.tensor(bad.astype("float32"))


def focal_loss(logits, target, gamma=2.0, alpha=0.75):
    p = torch.sigmoid(logits)
    pt = torch.where(target == 1, p, 1 - p)
    at = torch.where(target == 1, torch.tensor(alpha), torch.tensor(1 - alpha))
    bce = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    return (at * (1 - pt) ** gamma * bce).mean()


class DefectNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 12, 3, padding=1)
        self.c2 = nn.Conv2d(12, 16, 3, padding=1)
        self.fc = nn.Linear(16, 1)
        nn.init.constant_(self.fc.bias, -2.0)

    def forward(self, x):
        x = F.relu(self.c1(x))
        x = F.relu(self.c2(x))
        return self.fc(torch.amax(x, dim=(2, 3))).squeeze(1)


xt, yt = parts(3000)
xv, yv = parts(1000)
net = DefectNet()
opt = torch.optim.Adam(net.parameters(), lr=4e-3)
for epoch in range(6):
    s = 0.0
    for xb, yb in DataLoader(TensorDataset(xt, yt), batch_size=64, shuffle=True):
        loss = focal_loss(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
        s += loss.item()
    print("epoch %d focal %.5f" % (epoch, s))
with torch.no_grad():
    z = net(xv)
print("average precision %.3f" % average_precision_score(yv, z.numpy()),
      "balanced accuracy %.3f" % balanced_accuracy_score(yv, (z > 0).numpy()))
