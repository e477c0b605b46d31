import os
import torch
import torch.nn as nn
from torch import autograd

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
LAMBDA, CRITIC_ITERS, BATCH = 0.1, 5, 64


def real_batch(n):
    t = torch.rand(n) * 3.1416
    side = torch.randint(0, 2, (n,)).float() * 2 - 1
    return torch.stack([torch.cos(t) + 0.5 * side, side * torch.sin(t)], 1) + 0.05 * torch.randn(n, 2)


def mlp(i, o):
    return nn.Sequential(nn.Linear(i, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, o))


G, D = mlp(4, 2), mlp(2, 1)
optD = torch.optim.Adam(D.parameters(), lr=1e-3, betas=(0.5, 0.9))
optG = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.5, 0.9))


def gradient_penalty(real, fake):
    a = torch.rand(len(real), 1)
    mid = (a * real + (1 - a) * fake).requires_grad_(True)
    g = autograd.grad(D(mid).sum(), mid, create_graph=True)[0]
    return ((g.norm(2, dim=1) - 1) ** 2).mean() * LAMBDA


def sliced_distance(a, b, n=64):
    p = nn.functional.normalize(torch.randn(2, n), dim=0)
    return ((a @ p).sort(0).values - (b @ p).sort(0).values).abs().mean().item()


with torch.no_grad():
    print("distance before training", sliced_distance(G(torch.randn(500, 4)), real_batch(500)))
for it in range(280):
    for _ in range(CRITIC_ITERS):
        real = real_batch(BATCH)
        fake = G(torch.randn(BATCH, 4)).detach()
        gp = gradient_penalty(real, fake)
        d_cost = D(fake).mean() - D(real).mean() + gp
        optD.zero_grad()
        d_cost.backward()
        optD.step()
    g_cost = -D(G(torch.randn(BATCH, 4))).mean()
    optG.zero_grad()
    g_cost.backward()
    optG.step()
    if it % 50 == 0:
        print(f"iter {it} D cost {d_cost.item():.3f} G cost {g_cost.item():.3f}")
with torch.no_grad():
    print("distance after training", sliced_distance(G(torch.randn(500, 4)), real_batch(500)))
