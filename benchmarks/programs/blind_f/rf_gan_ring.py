"""Hinge GAN with R1 penalty on a ring of eight Gaussians; generator averaged with EMA for the evaluation."""
import copy
import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def real(n):
    k = torch.randint(8, (n,)).float() * (2 * math.pi / 8)
    return torch.stack([k.cos(), k.sin()], 1) * 2 + 0.1 * torch.randn(n, 2)


G = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
D = nn.Sequential(nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))
G_ema = copy.deepcopy(G).requires_grad_(False)
opt_g = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.0, 0.9))
opt_d = torch.optim.Adam(D.parameters(), lr=2e-3, betas=(0.0, 0.9))


def coverage(gen):
    with torch.no_grad():
        s = gen(torch.randn(2000, 8))
    k = torch.arange(8).float() * (2 * math.pi / 8)
    c = torch.stack([k.cos(), k.sin()], 1) * 2
    d, i = torch.cdist(s, c).min(1)
    good = d < 0.5
    return good.float().mean().item(), i[good].unique().numel()


for step in range(1000):
    x = real(96).requires_grad_(True)
    fake = G(torch.randn(96, 8)).detach()
    score = D(x)
    loss_d = F.relu(1 - score).mean() + F.relu(1 + D(fake)).mean()
    if step % 4 == 0:  # lazy R1
        g = torch.autograd.grad(score.sum(), x, create_graph=True)[0]
        loss_d = loss_d + 0.2 * g.pow(2).sum(1).mean()
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()

    loss_g = -D(G(torch.randn(96, 8))).mean()
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    with torch.no_grad():
        for a, b in zip(G_ema.parameters(), G.parameters()):
            a.lerp_(b, 0.01)
    if step % 200 == 0:
        print(f"{step}: D {loss_d.item():.3f} G {loss_g.item():.3f} coverage {coverage(G)}")
frac, modes = coverage(G_ema)
print(f"on-mode fraction {frac:.3f}, modes {modes}/8")
