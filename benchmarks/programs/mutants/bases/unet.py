import os
import torch
from torch import nn
import torch.nn.functional as F

torch.set_num_threads(1)
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def make_images(n, size=16):
    yy, xx = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    cy = torch.randint(4, size - 4, (n, 1, 1))
    cx = torch.randint(4, size - 4, (n, 1, 1))
    r = torch.randint(2, 6, (n, 1, 1))
    mask = ((yy - cy) ** 2 + (xx - cx) ** 2 <= r ** 2).float()
    img = 0.7 * mask + 0.5 * torch.randn(n, size, size)
    return img[:, None], mask[:, None]


def double_conv(cin, cout):
    return nn.Sequential(
        nn.Conv2d(cin, cout, 3, padding=1),
        nn.BatchNorm2d(cout),
        nn.ReLU(inplace=True),
        nn.Conv2d(cout, cout, 3, padding=1),
        nn.BatchNorm2d(cout),
        nn.ReLU(inplace=True),
    )


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1 = double_conv(1, 8)
        self.down2 = double_conv(8, 16)
        self.up = nn.ConvTranspose2d(16, 8, 2, stride=2)
        self.conv = double_conv(16, 8)
        self.last = nn.Conv2d(8, 1, 1)

    def forward(self, x):
        c1 = self.down1(x)
        c2 = self.down2(F.max_pool2d(c1, 2))
        x = torch.cat([self.up(c2), c1], dim=1)
        return self.last(self.conv(x))


imgs, masks = make_images(320)
val_imgs, val_masks = make_images(120)
net = UNet()
loss_fn = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)

for epoch in range(8):
    net.train()
    perm = torch.randperm(len(imgs))
    for i in range(0, len(imgs), 16):
        sel = perm[i:i + 16]
        optimizer.zero_grad()
        out = net(imgs[sel])
        loss = loss_fn(out, masks[sel])
        loss.backward()
        optimizer.step()
    print("epoch", epoch, "loss", loss.item())

net.eval()
with torch.no_grad():
    guess = (net(val_imgs) > 0).float()
iou = (guess * val_masks).sum() / ((guess + val_masks) > 0).float().sum()
print("METRIC", iou.item(), "CHANCE", val_masks.mean().item())
