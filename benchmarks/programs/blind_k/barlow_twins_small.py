"""Barlow Twins on small pictures; linear probe at the end."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
d = load_digits()
img = torch.tensor(d.images / 16.0, dtype=torch.float32)[:, None]
y = torch.tensor(d.target)
o = torch.randperm(len(y))
img, y = img[o], y[o]


def augment(x):
    x = F.pad(x, (1, 1, 1, 1))
    i, j = torch.randint(0, 3, (2,)).tolist()
    x = x[:, :, i:i + 8, j:j + 8]
    x = x * (0.7 + 0.6 * torch.rand(len(x), 1, 1, 1)) + 0.1 * torch.randn_like(x)
    return x * (torch.rand_like(x) > 0.1)


class BarlowTwins(nn.Module):
    def __init__(self, lambd=0.0051, proj=64):
        super().__init__()
        self.lambd = lambd
        self.backbone = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
        self.projector = nn.Sequential(nn.Linear(128, proj, bias=False), nn.BatchNorm1d(proj), nn.ReLU(),
                                       nn.Linear(proj, proj, bias=False))
        self.bn = nn.BatchNorm1d(proj, affine=False)

    def forward(self, a, b):
        za, zb = self.projector(self.backbone(a)), self.projector(self.backbone(b))
        c = self.bn(za).T @ self.bn(zb) / len(a)
        on = (torch.diagonal(c) - 1).pow(2).sum()
        off = (c - torch.diag(torch.diagonal(c))).pow(2).sum()
        return on + self.lambd * off


model = BarlowTwins()
opt = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-4)
for epoch in range(12):
    for b in torch.randperm(1400).split(100):
        loss = model(augment(img[b]), augment(img[b]))
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 3 == 0:
        print("epoch", epoch, "loss", loss.item())
model.eval()
with torch.no_grad():
    f = model.backbone(img)
few = slice(0, 200)
probe = LogisticRegression(max_iter=300).fit(f[few], y[few])
print("linear probe with 200 labels:", probe.score(f[1400:], y[1400:]))
