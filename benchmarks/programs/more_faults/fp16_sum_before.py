"""Denoise pictures of stripes."""

import torch
import torch.nn as nn

torch.manual_seed(0)
SIDE = 24
n = 512
phase = torch.rand(n, 1, 1) * 6.28
slope = torch.rand(n, 1, 1) + 0.2
grid = torch.arange(SIDE).float()
clean = torch.sin(slope * (grid[None, :, None] + 0.5 * grid[None, None, :]) + phase)
noisy = clean + 0.2 * torch.randn_like(clean)


class Denoiser(nn.Module):
    def __init__(self):
        super().__init__()
        d = SIDE * SIDE
        self.down = nn.Sequential(nn.Linear(d, 128), nn.ReLU(), nn.Linear(128, 16))
        self.up = nn.Sequential(nn.Linear(16, 128), nn.ReLU(), nn.Linear(128, d))

    def forward(self, x):
        return self.up(self.down(x.flatten(1))).view_as(x)


net = Denoiser()
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
for epoch in range(12):
    total = 0.0
    for idx in torch.randperm(n).split(32):
        with torch.autocast("cpu", dtype=torch.float16):
            out = net(noisy[idx])
            # per pixel of the whole set
            loss = ((out - clean[idx]) ** 2).mean() / clean.numel()
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * clean.numel()
    if epoch % 3 == 2:
        print(f"epoch {epoch + 1} mse {total / (n // 32):.4f}")
