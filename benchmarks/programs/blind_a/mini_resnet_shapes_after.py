"""Small ResNet on synthetic shape images (square, disc, cross, triangle)."""
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)


def draw(kind, size=16):
    img = np.random.normal(0, 0.25, (size, size))
    cx, cy = np.random.uniform(6, 10, 2)
    r = np.random.uniform(3, 5)
    yy, xx = np.mgrid[0:size, 0:size]
    dx, dy = xx - cx, yy - cy
    if kind == 0:
        mask = (abs(dx) < r) & (abs(dy) < r)
    elif kind == 1:
        mask = dx ** 2 + dy ** 2 < r ** 2 * 1.2
    elif kind == 2:
        mask = ((abs(dx) < 1.3) | (abs(dy) < 1.3)) & (abs(dx) < r + 1) & (abs(dy) < r + 1)
    else:
        mask = (dy > -r) & (dy < r) & (abs(dx) < (dy + r) / 2)
    return img + mask


def dataset(n):
    y = np.random.randint(0, 4, n)
    x = np.stack([draw(k) for k in y])[:, None].astype(np.float32)
    return TensorDataset(torch.from_numpy(x), torch.from_numpy(y))


class Block(nn.Module):
    def __init__(self, cin, cout, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(cout)
        self.conv2 = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(cout)
        self.short = nn.Sequential()
        if stride != 1 or cin != cout:
            self.short = nn.Sequential(nn.Conv2d(cin, cout, 1, stride, bias=False), nn.BatchNorm2d(cout))

    def forward(self, x):
        h = F.relu(self.bn1(self.conv1(x)))
        h = self.bn2(self.conv2(h))
        return F.relu(h + self.short(x))


class ResNet(nn.Module):
    def __init__(self, classes=4):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 8, 3, 1, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU())
        self.stage = nn.Sequential(Block(8, 8), Block(8, 16, 2), Block(16, 32, 2))
        self.fc = nn.Linear(32, classes)

    def forward(self, x):
        return self.fc(self.stage(self.stem(x)).mean((2, 3)))


train_loader = DataLoader(dataset(1000), batch_size=50, shuffle=True)
test_loader = DataLoader(dataset(300), batch_size=100)
model = ResNet()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

for epoch in range(8):
    model.train()
    tot = 0.0
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        tot += loss.item()
    model.eval()
    with torch.no_grad():
        hits = sum((model(x).argmax(1) == y).sum().item() for x, y in test_loader)
    print(f"epoch {epoch} loss {tot / len(train_loader):.4f} test acc {hits / 300:.3f}")
