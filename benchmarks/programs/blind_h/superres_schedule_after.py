# 超分辨率小实验: 8x8 -> 16x16
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.optim.lr_scheduler import StepLR

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
EPOCHS, BATCH = 12, 16

# 合成数据: 平滑的随机图像
hr = F.interpolate(torch.rand(512, 1, 6, 6), size=16, mode="bicubic", align_corners=False).clamp(0, 1)
lr_img = F.avg_pool2d(hr, 2)
train_x, train_y, val_x, val_y = lr_img[:448], hr[:448], lr_img[448:], hr[448:]


class Generator(nn.Module):
    def __init__(self, ch=16):
        super().__init__()
        self.c1 = nn.Conv2d(1, ch, 3, padding=1)
        self.c2 = nn.Conv2d(ch, ch, 3, padding=1)
        self.up = nn.Conv2d(ch, 4, 3, padding=1)
        self.act = nn.PReLU()
        self.shuffle = nn.PixelShuffle(2)

    def forward(self, x):
        x = self.act(self.c1(x))
        x = x + self.act(self.c2(x))
        return self.shuffle(self.up(x))


netG = Generator()
optimizerG = torch.optim.Adam(netG.parameters(), lr=2e-3)
schedulerG = StepLR(optimizerG, step_size=EPOCHS // 2, gamma=0.1)
for epoch in range(1, EPOCHS + 1):
    perm = torch.randperm(len(train_x))
    total = 0.0
    for k in range(0, len(perm), BATCH):
        idx = perm[k:k + BATCH]
        optimizerG.zero_grad()
        loss = F.mse_loss(netG(train_x[idx]), train_y[idx])
        loss.backward()
        optimizerG.step()
        total += loss.item() * len(idx)
    schedulerG.step()
    with torch.no_grad():
        mse = F.mse_loss(netG(val_x), val_y)
        psnr = 10 * torch.log10(1 / mse)
    print(f"[{epoch}/{EPOCHS}] loss {total / len(train_x):.5f}  PSNR {psnr.item():.2f} dB")
