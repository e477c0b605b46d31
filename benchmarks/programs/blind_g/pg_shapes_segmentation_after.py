"""Small U-Net: per-pixel classes (background, disk, square, stripe, cross, noise patch) in synthetic images."""
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)
C, S = 6, 24


def make_image():
    img = rng.randn(S, S) * 0.1
    m = np.zeros((S, S), dtype=np.int64)
    yy, xx = np.mgrid[:S, :S]
    for _ in range(3):
        c = rng.randint(1, C)
        cy, cx, r = rng.randint(4, S - 4), rng.randint(4, S - 4), rng.randint(3, 6)
        box = (abs(yy - cy) <= r) & (abs(xx - cx) <= r)
        if c == 1:
            box = (yy - cy) ** 2 + (xx - cx) ** 2 <= r * r
        m[box] = c
        val = {1: 1.0, 2: -1.0, 3: np.where(xx % 2, 1.0, -1.0), 4: np.where(yy % 2, 1.0, -1.0),
               5: rng.randn(S, S) * 1.5}[c]
        img[box] = np.broadcast_to(val, (S, S))[box] + 0.1 * rng.randn(box.sum())
    return img, m


def make_set(n):
    a, b = zip(*[make_image() for _ in range(n)])
    return torch.tensor(np.array(a), dtype=torch.float32).unsqueeze(1), torch.tensor(np.array(b))


def double_conv(i, o):
    return nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.ReLU(), nn.Conv2d(o, o, 3, padding=1), nn.ReLU())


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.d1, self.d2 = double_conv(1, 12), double_conv(12, 24)
        self.up = nn.ConvTranspose2d(24, 12, 2, stride=2)
        self.u1 = double_conv(24, 12)
        self.final = nn.Conv2d(12, C, 1)

    def forward(self, x):
        a = self.d1(x)
        b = self.d2(F.max_pool2d(a, 2))
        x = self.final(self.u1(torch.cat([a, self.up(b)], 1)))
        return x


xtr, ytr = make_set(300)
xte, yte = make_set(80)
model = UNet()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

for epoch in range(12):
    losses = []
    for idx in torch.randperm(len(xtr)).split(20):
        optimizer.zero_grad()
        loss = criterion(model(xtr[idx]), ytr[idx])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    if epoch % 3 == 0:
        print(f"epoch {epoch} loss {np.mean(losses):.4f}")

with torch.no_grad():
    p = model(xte).argmax(1)
ious = [((p == c) & (yte == c)).sum().item() / max(((p == c) | (yte == c)).sum().item(), 1) for c in range(C)]
print(f"pixel accuracy {(p == yte).float().mean():.3f}  mean IoU {np.mean(ious):.3f}")
