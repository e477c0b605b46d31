"""DDPM on two moons: epsilon prediction, sinusoidal time embedding, warm-up, EMA sampling."""
import copy
import math
import os

import torch
import torch.nn as nn
from sklearn.datasets import make_moons

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
T = 40
betas = torch.linspace(1e-3, 0.2, T)
abar = torch.cumprod(1 - betas, 0)
data = torch.tensor(make_moons(4000, noise=0.05, random_state=SEED)[0], dtype=torch.float32)
data = (data - data.mean(0)) / data.std(0)


def timestep_embedding(t, d=32):
    f = torch.exp(-math.log(1000.0) * torch.arange(d // 2) / (d // 2))
    ang = t[:, None].float() * f[None]
    return torch.cat([ang.sin(), ang.cos()], -1)


class FiLMBlock(nn.Module):
    def __init__(self, h, dt):
        super().__init__()
        self.norm = nn.LayerNorm(h)
        self.film = nn.Linear(dt, 2 * h)
        self.fc1, self.fc2 = nn.Linear(h, h), nn.Linear(h, h)
        for m in (self.film, self.fc2):
            nn.init.zeros_(m.weight)
            nn.init.zeros_(m.bias)

    def forward(self, x, e):
        a, b = self.film(e).chunk(2, -1)
        return x + self.fc2(torch.nn.functional.silu(self.fc1(self.norm(x) * (1 + a) + b)))


class Eps(nn.Module):
    def __init__(self, h=64):
        super().__init__()
        self.inp = nn.Linear(2, h)
        self.blocks = nn.ModuleList(FiLMBlock(h, 32) for _ in range(3))
        self.out = nn.Linear(h, 2)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x, t):
        e = timestep_embedding(t)
        x = self.inp(x)
        for b in self.blocks:
            x = b(x, e)
        return self.out(x)


model = Eps()
ema = copy.deepcopy(model).requires_grad_(False)
opt = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.0)
sched = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: min(1.0, s / 80))
for step in range(450):
    x0 = data[torch.randint(len(data), (256,))]
    t = torch.randint(T, (256,))
    noise = torch.randn_like(x0)
    xt = abar[t].sqrt()[:, None] * x0 + (1 - abar[t]).sqrt()[:, None] * noise
    loss = (model(xt, t) - noise).pow(2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    sched.step()
    with torch.no_grad():
        for a, b in zip(ema.parameters(), model.parameters()):
            a.lerp_(b, 0.02)
    if step % 100 == 0:
        print(f"step {step} eps-mse {loss.item():.4f}")

with torch.no_grad():
    x = torch.randn(500, 2)
    for i in reversed(range(T)):
        e = ema(x, torch.full((500,), i))
        x = (x - betas[i] / (1 - abar[i]).sqrt() * e) / (1 - betas[i]).sqrt()
        if i:
            x = x + betas[i].sqrt() * torch.randn_like(x)
    dist = torch.cdist(x, data).min(1).values.mean().item()
    base = torch.cdist(torch.randn(500, 2), data).min(1).values.mean().item()
print(f"mean distance to data {dist:.4f} (gaussian {base:.4f})")
