"""Segment round cells on noisy microscopy-like patches with a tiny U-Net."""
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

S = 32


def make_patch():
    yy, xx = np.mgrid[:S, :S]
    img = np.random.randn(S, S) * 0.25
    mask = np.zeros((S, S))
    for _ in range(np.random.randint(1, 4)):
        cy, cx, r = np.random.uniform(4, 28), np.random.uniform(4, 28), np.random.uniform(2, 5)
        m = (yy - cy) ** 2 + (xx - cx) ** 2 < r * r
        mask[m] = 1
        img[m] += np.random.uniform(0.6, 1.2)
    return img[None], mask[None]


def dataset(n):
    xs, ys = zip(*[make_patch() for _ in range(n)])
    return TensorDataset(torch.tensor(np.array(xs), dtype=torch.float32),
                         torch.tensor(np.array(ys), dtype=torch.float32))


def conv_block(cin, cout):
    return nn.Sequential(nn.Conv2d(cin, cout, 3, padding=1), nn.BatchNorm2d(cout), nn.ReLU(inplace=True))


class MiniUNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1 = conv_block(1, 8)
        self.down2 = conv_block(8, 16)
        self.up1 = conv_block(24, 8)
        self.out = nn.Conv2d(8, 1, 1)

    def forward(self, x):
        d1 = self.down1(x)
        d2 = self.down2(F.max_pool2d(d1, 2))
        u = F.interpolate(d2, scale_factor=2, mode="nearest")
        u = self.up1(torch.cat([u, d1], dim=1))
        return torch.sigmoid(self.out(u))


def iou(model, loader):
    model.eval()
    inter = union = 0
    with torch.no_grad():
        for x, y in loader:
            p = torch.sigmoid(model(x)) > 0.5
            inter += (p & (y > 0.5)).sum().item()
            union += (p | (y > 0.5)).sum().item()
    return inter / union


train_loader = DataLoader(dataset(240), batch_size=16, shuffle=True)
val_loader = DataLoader(dataset(64), batch_size=32)
model = MiniUNet()
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)

for epoch in range(7):
    model.train()
    total = 0.0
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch} train loss {total / len(train_loader):.4f} val IoU {iou(model, val_loader):.3f}")
print(f"final IoU {iou(model, val_loader):.3f}")
