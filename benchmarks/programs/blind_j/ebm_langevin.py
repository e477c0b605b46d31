import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Energy(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Sequential(nn.Linear(2, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 1))

    def forward(self, x):
        return self.f(x).squeeze(-1) + 0.05 * (x ** 2).sum(-1)


def data(n):
    s = torch.sign(torch.randn(n, 1))
    return torch.cat([1.5 * s, 0 * s], 1) + 0.4 * torch.randn(n, 2)


def langevin(E, x, k=15, step=0.03):
    for p in E.parameters():
        p.requires_grad_(False)
    for _ in range(k):
        x = x.detach().requires_grad_(True)
        g, = torch.autograd.grad(E(x).sum(), x)
        x = x - step * g.clamp(-5, 5) + (2 * step) ** 0.5 * torch.randn_like(x)
    for p in E.parameters():
        p.requires_grad_(True)
    return x.detach()


E = Energy()
opt = torch.optim.Adam(E.parameters(), lr=1e-3, betas=(0.9, 0.99))
buffer = torch.rand(512, 2) * 6 - 3
for it in range(300):
    x = data(128)
    idx = torch.randint(0, 512, (128,))
    init = buffer[idx]
    fresh = torch.rand(128) < 0.02
    init[fresh] = torch.rand(int(fresh.sum()), 2) * 6 - 3
    neg = langevin(E, init)
    buffer[idx] = neg
    ep, en = E(x), E(neg)
    loss = ep.mean() - en.mean() + 0.01 * (ep ** 2 + en ** 2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 50 == 0:
        print(f"{it} loss {loss.item():+.4f}")

with torch.no_grad():
    g = torch.stack(torch.meshgrid(torch.linspace(-3, 3, 61), torch.linspace(-3, 3, 61), indexing="ij"), -1).reshape(-1, 2)
    p = torch.softmax(-E(g), 0)
    q = sum(torch.exp(-((g - torch.tensor([m, 0.0])) ** 2).sum(1) / (2 * 0.16)) for m in (-1.5, 1.5))
    q = q / q.sum()
    tv = 0.5 * (p - q).abs().sum().item()
    tv0 = 0.5 * (1 / len(q) - q).abs().sum().item()
print("total variation to the density", round(tv, 3), "uniform", round(tv0, 3))
