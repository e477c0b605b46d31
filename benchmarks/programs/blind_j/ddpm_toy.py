# tiny DDPM on a 2-D checker-like mixture
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
T = 40
betas = torch.linspace(1e-3, 0.2, T)
alphas = 1 - betas
abar = torch.cumprod(alphas, 0)
centers = torch.tensor([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])


def data(n):
    return centers[torch.randint(0, 4, (n,))] + 0.15 * torch.randn(n, 2)


class EpsNet(nn.Module):
    def __init__(self, h=96):
        super().__init__()
        self.temb = nn.Embedding(T, h)
        self.inp = nn.Linear(2, h)
        self.mid = nn.Linear(h, h)
        self.mid2 = nn.Linear(h, h)
        self.out = nn.Linear(h, 2)
        self.act = nn.SiLU()

    def forward(self, x, t):
        h = self.act(self.inp(x) + self.temb(t))
        h = h + self.act(self.mid(h))
        h = h + self.act(self.mid2(h))
        return self.out(h)


net = EpsNet()
ema = EpsNet()
ema.load_state_dict(net.state_dict())
for p in ema.parameters():
    p.requires_grad_(False)
opt = torch.optim.AdamW(net.parameters(), lr=2e-3)
for step in range(850):
    x0 = data(256)
    t = torch.randint(0, T, (256,))
    eps = torch.randn_like(x0)
    a = abar[t][:, None]
    xt = a.sqrt() * x0 + (1 - a).sqrt() * eps
    loss = (net(xt, t) - eps).pow(2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    with torch.no_grad():
        for pe, p in zip(ema.parameters(), net.parameters()):
            pe.lerp_(p, 0.01)
    if step % 200 == 0:
        print(f"step {step} eps mse {loss.item():.4f}")

with torch.no_grad():
    x = torch.randn(1000, 2)
    for t in reversed(range(T)):
        e = ema(x, torch.full((1000,), t))
        x = (x - betas[t] / (1 - abar[t]).sqrt() * e) / alphas[t].sqrt()
        if t:
            x = x + betas[t].sqrt() * torch.randn_like(x)
    dist = torch.cdist(x, centers).min(1).values
    share = torch.cdist(x, centers).argmin(1).bincount(minlength=4) / 1000
print("mean distance to the nearest mode", round(dist.mean().item(), 3), "shares", share.tolist())
