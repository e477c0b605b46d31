"""Vanilla GAN on a ring of points."""
import os
import math
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def real(n):
    a = torch.rand(n) * 2 * math.pi
    return torch.stack([a.cos(), a.sin()], 1) * 1.5 + 0.05 * torch.randn(n, 2)


G = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
D = nn.Sequential(nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))
opt_g = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.5, 0.9))
opt_d = torch.optim.Adam(D.parameters(), lr=2e-3, betas=(0.5, 0.9))
bce = nn.BCEWithLogitsLoss()
n = 96
ones, zeros = torch.ones(n, 1), torch.zeros(n, 1)

for step in range(1400):
    # discriminator
    fake = G(torch.randn(n, 4)).detach()
    loss_d = bce(D(real(n)), ones * 0.9) + bce(D(fake), zeros)
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()
    # generator
    loss_g = bce(D(G(torch.randn(n, 4))), ones)
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    if step % 200 == 0:
        print(f"step {step} D {loss_d.item():.3f} G {loss_g.item():.3f}")

with torch.no_grad():
    s = G(torch.randn(1000, 4))
    rad = s.norm(dim=1)
    sector = ((torch.atan2(s[:, 1], s[:, 0]) + math.pi) / (2 * math.pi) * 12).long().clamp(max=11)
    print(f"mean |radius-1.5| {(rad - 1.5).abs().mean():.3f}, sectors covered {len(sector.unique())}/12")
