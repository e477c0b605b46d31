import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def double_conv(i, o):
    return nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU(inplace=True),
                         nn.Conv2d(o, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU(inplace=True))


class UNet(nn.Module):
    """小型 U-Net: 两次下采样"""

    def __init__(self, c=8):
        super().__init__()
        self.d1, self.d2, self.mid = double_conv(1, c), double_conv(c, 2 * c), double_conv(2 * c, 4 * c)
        self.pool = nn.MaxPool2d(2)
        self.up2 = nn.ConvTranspose2d(4 * c, 2 * c, 2, 2)
        self.u2 = double_conv(4 * c, 2 * c)
        self.up1 = nn.ConvTranspose2d(2 * c, c, 2, 2)
        self.u1 = double_conv(2 * c, c)
        self.out = nn.Conv2d(c, 1, 1)

    def forward(self, x):
        a = self.d1(x)
        b = self.d2(self.pool(a))
        m = self.mid(self.pool(b))
        x = self.u2(torch.cat([self.up2(m), b], 1))
        x = self.u1(torch.cat([self.up1(x), a], 1))
        return self.out(x)


def batch(n, s=24):
    """随机圆盘，加噪声"""
    yy, xx = torch.meshgrid(torch.arange(s).float(), torch.arange(s).float(), indexing="ij")
    c = torch.rand(n, 2, 1, 1) * (s - 8) + 4
    r = torch.rand(n, 1, 1) * 3 + 3
    mask = ((xx - c[:, 0]) ** 2 + (yy - c[:, 1]) ** 2 < r ** 2).float()
    return (mask + 0.5 * torch.randn(n, s, s))[:, None], mask[:, None]


def dice_loss(logit, t):
    p = torch.sigmoid(logit)
    inter = (p * t).sum((1, 2, 3))
    return (1 - (2 * inter + 1) / (p.sum((1, 2, 3)) + t.sum((1, 2, 3)) + 1)).mean()


net = UNet()
optimizer = torch.optim.Adam(net.parameters(), lr=6e-3)
bce = nn.BCEWithLogitsLoss()
for it in range(90):
    x, m = batch(12)
    out = net(x)
    loss = bce(out, m) + dice_loss(out, m)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if it % 15 == 0:
        print("迭代", it, "损失", round(loss.item(), 4))
net.eval()
with torch.no_grad():
    x, m = batch(64)
    p = net(x) > 0
    iou = ((p & m.bool()).sum() / (p | m.bool()).sum()).item()
print("IoU", round(iou, 4))
