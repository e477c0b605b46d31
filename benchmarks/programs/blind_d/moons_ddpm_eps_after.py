# tiny DDPM on two moons, epsilon prediction
import os, math
import torch, numpy as np
from torch import nn
from sklearn.datasets import make_moons

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

data, _ = make_moons(2000, noise=0.05, random_state=SEED)
data = torch.tensor((data - data.mean(0)) / data.std(0), dtype=torch.float32)

T = 50
betas = torch.linspace(1e-4, 0.1, T)
alphas = 1 - betas
abar = torch.cumprod(alphas, 0)


def time_embed(t, dim=16):
    freqs = torch.exp(-math.log(1000.) * torch.arange(dim // 2) / (dim // 2))
    ang = t[:, None].float() * freqs[None]
    return torch.cat([ang.sin(), ang.cos()], 1)


class Denoiser(nn.Module):
    def __init__(self, h=96, depth=3):
        super().__init__()
        layers, d = [], 2 + 16
        for _ in range(depth):
            layers += [nn.Linear(d, h), nn.ReLU()]
            d = h
        layers += [nn.Linear(h, 2)]
        self.net = nn.Sequential(*layers)

    def forward(self, x, t):
        return self.net(torch.cat([x, time_embed(t)], 1))


net = Denoiser()
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
hist = []
for it in range(800):
    x0 = data[torch.randint(0, len(data), (128,))]
    t = torch.randint(0, T, (128,))
    eps = torch.randn_like(x0)
    xt = abar[t].sqrt()[:, None] * x0 + (1 - abar[t]).sqrt()[:, None] * eps
    loss = (net(xt, t) - eps).pow(2).mean()
    opt.zero_grad(); loss.backward(); opt.step()
    hist.append(loss.item())
    if (it + 1) % 200 == 0:
        print(it + 1, "loss", round(float(np.mean(hist[-200:])), 4))


@torch.no_grad()
def sample(n):
    x = torch.randn(n, 2)
    for i in reversed(range(T)):
        t = torch.full((n,), i)
        e = net(x, t)
        x = (x - betas[i] / (1 - abar[i]).sqrt() * e) / alphas[i].sqrt()
        if i > 0:
            x = x + betas[i].sqrt() * torch.randn_like(x)
    return x


s = sample(500)
d = torch.cdist(s, data).min(1).values.mean().item()
print(f"final denoising mse {np.mean(hist[-100:]):.3f} (predicting zero: 1.0)  mean distance to data {d:.3f}")
