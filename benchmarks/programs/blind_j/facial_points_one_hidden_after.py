import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
S, N = 24, 640
# grey pictures of a dark face blob, 5 points (x, y) relative to its centre
yy, xx = np.mgrid[0:S, 0:S]
offs = np.array([[-3, -2], [3, -2], [0, 1], [-2, 4], [2, 4]])
imgs, pts = [], []
for _ in range(N):
    cx, cy = np.random.uniform(8, 16, 2)
    scale = np.random.uniform(0.8, 1.2)
    img = 170 - 90 * np.exp(-((xx - cx) ** 2 + (yy - cy) ** 2) / (2 * (5 * scale) ** 2))
    p = offs * scale + [cx, cy]
    for px, py in p:
        img -= 60 * np.exp(-((xx - px) ** 2 + (yy - py) ** 2) / 1.5)
    imgs.append((img + np.random.normal(0, 8, img.shape)).clip(0, 255).ravel())
    pts.append(p.ravel())
X = torch.tensor(np.array(imgs) / 255.0, dtype=torch.float32)
y = torch.tensor((np.array(pts) - S / 2) / (S / 2), dtype=torch.float32)
print("X", X.min().item(), X.max().item(), " y", y.min().item(), y.max().item())


class SingleHidden(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(S * S, 50), nn.Linear(50, 100), nn.Linear(100, 10)
        for m in (self.a, self.b, self.c):
            nn.init.xavier_uniform_(m.weight)
            nn.init.zeros_(m.bias)

    def forward(self, x):
        x = self.a(x)
        x = self.b(x)
        return self.c(x)


net = SingleHidden()
opt = torch.optim.Adam(net.parameters(), lr=0.0005, eps=1e-7)
for epoch in range(40):
    order = torch.randperm(512)
    for k in range(0, 512, 32):
        b = order[k:k + 32]
        loss = ((net(X[b]) - y[b]) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 8 == 0:
        print("epoch", epoch, "loss", loss.item())
with torch.no_grad():
    e = ((net(X[512:]) - y[512:]) ** 2).mean().item()
print("validation mse %.5f (mean face: %.5f)" % (e, ((y[:512].mean(0) - y[512:]) ** 2).mean().item()))
