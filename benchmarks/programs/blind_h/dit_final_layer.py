"""Tiny diffusion model on 2-d rings with adaLN-zero blocks: modulation and last layer start at zero."""
import os
import math
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
T = 50
beta = torch.linspace(1e-3, 0.15, T)
abar = torch.cumprod(1 - beta, 0)


def ring(n):
    a = torch.rand(n) * 2 * math.pi
    return torch.stack([a.cos(), a.sin()], 1) * 1.5 + 0.05 * torch.randn(n, 2)


class Block(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.norm = nn.LayerNorm(d, elementwise_affine=False)
        self.mlp = nn.Sequential(nn.Linear(d, 2 * d), nn.GELU(), nn.Linear(2 * d, d))
        self.ada = nn.Sequential(nn.SiLU(), nn.Linear(d, 3 * d))
        nn.init.constant_(self.ada[1].weight, 0)
        nn.init.constant_(self.ada[1].bias, 0)

    def forward(self, x, c):
        shift, scale, gate = self.ada(c).chunk(3, 1)
        return x + gate * self.mlp(self.norm(x) * (1 + scale) + shift)


class DiT(nn.Module):
    def __init__(self, d=48):
        super().__init__()
        self.inp = nn.Linear(2, d)
        self.time = nn.Embedding(T, d)
        self.blocks = nn.ModuleList([Block(d) for _ in range(3)])
        self.final = nn.Linear(d, 2)
        nn.init.constant_(self.final.weight, 0)
        nn.init.constant_(self.final.bias, 0)

    def forward(self, x, t):
        h, c = self.inp(x), self.time(t)
        for b in self.blocks:
            h = b(h, c)
        return self.final(h)


net = DiT()
opt = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0)
for step in range(1000):
    x0 = ring(128)
    t = torch.randint(0, T, (128,))
    eps = torch.randn_like(x0)
    xt = abar[t, None].sqrt() * x0 + (1 - abar[t, None]).sqrt() * eps
    loss = ((net(xt, t) - eps) ** 2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 150 == 0:
        print(f"(step={step:05d}) Train Loss: {loss.item():.4f}")
with torch.no_grad():
    x = torch.randn(500, 2)
    for k in reversed(range(T)):
        e = net(x, torch.full((500,), k))
        x = (x - beta[k] / (1 - abar[k]).sqrt() * e) / (1 - beta[k]).sqrt()
        if k:
            x = x + beta[k].sqrt() * torch.randn_like(x)
    r = x.norm(dim=1)
print(f"radius of the samples: mean {r.mean():.3f} sd {r.std():.3f}  (data 1.5, 0.05)")
