# Segmentation of blobs, small encoder-decoder.  Image and mask go through the same transform.
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def normalize(t, mean=0.5, std=0.5):
    return (t - mean) / std


def blobs(n, size=16):
    g = torch.arange(size).float()
    c = torch.rand(n, 2) * (size - 6) + 3
    r = torch.rand(n, 1, 1) * 2 + 2
    dist = (g[None, :, None] - c[:, 0, None, None]) ** 2 + (g[None, None, :] - c[:, 1, None, None]) ** 2
    mask = (dist < r ** 2).float().unsqueeze(1)
    img = (0.35 * mask + 0.4 + 0.2 * torch.randn(n, 1, size, size)).clamp(0, 1)
    return normalize(img), mask


class UNet(nn.Module):
    def __init__(self, c=8):
        super().__init__()
        def two(i, o):
            return nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU(),
                                 nn.Conv2d(o, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU())
        self.d1, self.d2, self.u1 = two(1, c), two(c, 2 * c), two(3 * c, c)
        self.last = nn.Conv2d(c, 1, 1)

    def forward(self, x):
        a = self.d1(x)
        b = F.interpolate(self.d2(F.max_pool2d(a, 2)), scale_factor=2.0)
        return self.last(self.u1(torch.cat([a, b], 1)))


def dice_loss(prediction, target, smooth=1.0):
    i = prediction.reshape(-1)
    t = target.reshape(-1)
    return 1 - (2 * (i * t).sum() + smooth) / (i.sum() + t.sum() + smooth)


def calc_loss(pred, target, bce_weight=0.5):
    bce = F.binary_cross_entropy_with_logits(pred, target)
    return bce * bce_weight + dice_loss(torch.sigmoid(pred), target) * (1 - bce_weight)


x, m = blobs(256)
xv, mv = blobs(64)
net = UNet()
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
for epoch in range(14):
    net.train()
    for k in range(0, 256, 16):
        loss = calc_loss(net(x[k:k + 16]), m[k:k + 16])
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        p = torch.sigmoid(net(xv)) > 0.5
        t = mv > 0.5
        iou = ((p & t).sum() / (p | t).sum().clamp(min=1)).item()
    print(f"epoch {epoch} train loss {loss.item():.4f} val IoU {iou:.3f}")
