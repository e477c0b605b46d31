# GAN on 8 gaussians in a ring (course exercise)
import os
import math
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

angles = torch.arange(8) * (2 * math.pi / 8)
centers = torch.stack([angles.cos(), angles.sin()], 1) * 2


def real(n):
    return centers[torch.randint(0, 8, (n,))] + 0.15 * torch.randn(n, 2)


def mlp(i, o):
    return nn.Sequential(nn.Linear(i, 80), nn.LeakyReLU(0.2), nn.Linear(80, 80), nn.LeakyReLU(0.2), nn.Linear(80, o))


G, D = mlp(8, 2), mlp(2, 1)
opt_g = torch.optim.Adam(G.parameters(), lr=2e-3, betas=(0.5, 0.9))
opt_d = torch.optim.Adam(D.parameters(), lr=2e-3, betas=(0.5, 0.9))
bce = nn.BCEWithLogitsLoss()
B = 96
ones, zeros = torch.ones(B, 1), torch.zeros(B, 1)


def quality(n=1000):
    with torch.no_grad():
        s = G(torch.randn(n, 8))
    d, k = torch.cdist(s, centers).min(1)
    good = d < 0.45
    return good.float().mean().item(), len(set(k[good].tolist()))


for step in range(1, 1401):
    x = real(B)
    fake = G(torch.randn(B, 8))
    # discriminator
    loss_d = bce(D(x), ones) + bce(D(fake.detach()), zeros)
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()
    # generator
    loss_g = bce(D(fake), ones)
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    if step % 200 == 0:
        q, m = quality()
        print(f"step {step} D {loss_d.item():.3f} G {loss_g.item():.3f} near-mode {q:.2f} modes {m}")
q, m = quality()
print(f"final: {q:.2f} of the samples near a mode, {m} of 8 modes covered")
