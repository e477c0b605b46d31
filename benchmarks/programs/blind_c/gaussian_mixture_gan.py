import os
import math
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

Z = 8


def real_batch(n):
    k = torch.randint(0, 4, (n,)).float() * math.pi / 2
    centers = torch.stack([torch.cos(k), torch.sin(k)], 1) * 1.5 + torch.tensor([2.0, -1.0])
    return centers + 0.15 * torch.randn(n, 2)


G = nn.Sequential(nn.Linear(Z, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 2))
D = nn.Sequential(nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))
opt_g = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.5, 0.999))
opt_d = torch.optim.Adam(D.parameters(), lr=1e-3, betas=(0.5, 0.999))
bce = nn.BCEWithLogitsLoss()
one, zero = torch.ones(128, 1), torch.zeros(128, 1)

for it in range(800):
    x = real_batch(128)
    fake = G(torch.randn(128, Z))
    d_loss = bce(D(x), one) + bce(D(fake.detach()), zero)
    opt_d.zero_grad()
    d_loss.backward()
    opt_d.step()

    fake = G(torch.randn(128, Z))
    g_loss = bce(D(fake), one)
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()
    if it % 200 == 0:
        print(f"[{it}] D {d_loss.item():.3f} G {g_loss.item():.3f}")

with torch.no_grad():
    a, b = real_batch(1000), G(torch.randn(1000, Z))
    dist = torch.cdist(b, a).min(1)[0].mean().item()
    shift = (a.mean(0) - b.mean(0)).norm().item()
print(f"mean distance of a sample to the data {dist:.3f}, distance of the means {shift:.3f}")
