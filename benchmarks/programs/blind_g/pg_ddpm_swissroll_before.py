"""Denoising diffusion on a 2-d swiss roll (Ho et al. 2020), eps-prediction."""
import os
import torch
import torch.nn as nn
from sklearn.datasets import make_swiss_roll

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

T = 1000
betas = torch.linspace(1e-4, 0.02, T)
alphas = 1 - betas
abar = torch.cumprod(alphas, 0)

data, _ = make_swiss_roll(4000, noise=0.3, random_state=SEED)
data = torch.tensor(data[:, [0, 2]], dtype=torch.float32)
data = (data - data.mean(0)) / data.std(0)


class EpsModel(nn.Module):
    def __init__(self, h=96):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(3, h), nn.SiLU(),
            nn.Linear(h, h), nn.SiLU(),
            nn.Linear(h, h), nn.SiLU(),
            nn.Linear(h, 2),
        )

    def forward(self, x, t):
        t = t.float().unsqueeze(1)
        return self.net(torch.cat([x, t], dim=1))


model = EpsModel()
optim = torch.optim.Adam(model.parameters(), lr=1e-3)
for step in range(1200):
    x0 = data[torch.randint(0, len(data), (256,))]
    t = torch.randint(0, T, (256,))
    eps = torch.randn_like(x0)
    a = abar[t].unsqueeze(1)
    xt = a.sqrt() * x0 + (1 - a).sqrt() * eps
    loss = (model(xt, t) - eps).pow(2).mean()
    optim.zero_grad()
    loss.backward()
    optim.step()
    if step % 200 == 0:
        print(f"step {step:5d} loss {loss.item():.4f}")


@torch.no_grad()
def sample(n):
    x = torch.randn(n, 2)
    for i in reversed(range(T)):
        e = model(x, torch.full((n,), i))
        x = (x - betas[i] / (1 - abar[i]).sqrt() * e) / alphas[i].sqrt()
        if i > 0:
            x = x + betas[i].sqrt() * torch.randn_like(x)
    return x


with torch.no_grad():
    t = torch.randint(0, T, (4000,))
    eps = torch.randn_like(data)
    a = abar[t].unsqueeze(1)
    mse = (model(a.sqrt() * data + (1 - a).sqrt() * eps, t) - eps).pow(2).mean().item()
s = sample(500)
near = torch.cdist(s, data).min(1).values.mean().item()
print(f"eps mse {mse:.4f}, mean distance of the samples to the data {near:.4f}")
