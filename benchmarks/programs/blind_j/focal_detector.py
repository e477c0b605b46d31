# one-stage detector on tiny images: focal objectness per cell, smooth-L1 box offsets
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
S, G = 16, 4


def batch(n):
    img = 0.2 * torch.randn(n, 1, S, S)
    obj, box = torch.zeros(n, G, G), torch.zeros(n, G, G, 2)
    xs, ys = torch.randint(2, S - 2, (n,)), torch.randint(2, S - 2, (n,))
    for i, (x, y) in enumerate(zip(xs.tolist(), ys.tolist())):
        img[i, 0, y - 1:y + 2, x - 1:x + 2] += 1.0
        gx, gy = x // 4, y // 4
        obj[i, gy, gx] = 1
        box[i, gy, gx] = torch.tensor([(x % 4) / 4.0, (y % 4) / 4.0])
    return img, obj, box


def focal(logit, t, gamma=2.0, alpha=0.25):
    p = torch.sigmoid(logit)
    ce = F.binary_cross_entropy_with_logits(logit, t, reduction="none")
    pt = p * t + (1 - p) * (1 - t)
    a = alpha * t + (1 - alpha) * (1 - t)
    return (a * (1 - pt) ** gamma * ce).sum() / t.sum()


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 16, 3, 1, 1), nn.ReLU(), nn.Conv2d(16, 24, 3, 2, 1), nn.ReLU(), nn.Conv2d(24, 32, 3, 2, 1), nn.ReLU())
        self.cls = nn.Conv2d(32, 1, 3, padding=1)
        self.reg = nn.Conv2d(32, 2, 3, padding=1)
        nn.init.constant_(self.cls.bias, -2.9)

    def forward(self, x):
        h = self.body(x)
        return self.cls(h)[:, 0], self.reg(h).permute(0, 2, 3, 1)


net = Detector()
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for it in range(180):
    img, obj, box = batch(32)
    lg, rg = net(img)
    lc = focal(lg, obj)
    lb = F.smooth_l1_loss(rg[obj > 0], box[obj > 0])
    loss = lc + 2 * lb
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 30 == 0:
        print(f"iter {it} cls {lc.item():.4f} box {lb.item():.4f}")
with torch.no_grad():
    img, obj, box = batch(300)
    lg, rg = net(img)
    hit = lg.flatten(1).argmax(1) == obj.flatten(1).argmax(1)
    err = (rg[obj > 0] - box[obj > 0]).abs().mean().item() * 4
print("cell found", round(hit.float().mean().item(), 4), "(chance 0.0625), offset error in pixels", round(err, 3))
