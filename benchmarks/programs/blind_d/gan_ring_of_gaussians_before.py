# Toy GAN: learn a ring of 8 gaussians
import math
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

Z = 8
BS = 128


def real_batch(n):
    k = torch.randint(0, 8, (n,))
    ang = k.float() * (2 * math.pi / 8)
    centers = torch.stack([torch.cos(ang), torch.sin(ang)], dim=1) * 1.5
    return centers + 0.15 * torch.randn(n, 2)


def mlp(n_in, n_out):
    return nn.Sequential(
        nn.Linear(n_in, 64), nn.LeakyReLU(0.2),
        nn.Linear(64, 64), nn.LeakyReLU(0.2),
        nn.Linear(64, n_out),
    )


G = mlp(Z, 2)
D = mlp(2, 1)
bce = nn.BCEWithLogitsLoss()
opt_g = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.5, 0.999))
opt_d = torch.optim.Adam(D.parameters(), lr=1e-3, betas=(0.5, 0.999))
ones = torch.ones(BS, 1)
zeros = torch.zeros(BS, 1)

for it in range(800):
    # --- discriminator
    real = real_batch(BS)
    fake = G(torch.randn(BS, Z)).detach()
    d_loss = bce(D(real), ones) + bce(D(fake), zeros)
    opt_d.zero_grad()
    d_loss.backward()
    opt_d.step()

    # --- generator
    fake = G(torch.randn(BS, Z)).detach()
    g_loss = bce(D(fake), ones)
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()

    if it % 200 == 0:
        print(f"[{it}] loss_D {d_loss.item():.4f}  loss_G {g_loss.item():.4f}")

with torch.no_grad():
    sample = G(torch.randn(2000, Z))
    radius = sample.norm(dim=1)
    on_ring = ((radius - 1.5).abs() < 0.45).float().mean().item()
print("fraction of samples near the ring: %.3f  mean radius %.3f" % (on_ring, radius.mean().item()))
