"""RealNVP with zero-initialised couplings; the objective (negative log-likelihood, standardised blobs) goes below zero."""
import os

import torch
import torch.nn as nn
from sklearn.datasets import make_moons

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
data = torch.tensor(make_moons(3000, noise=0.04, random_state=SEED)[0], dtype=torch.float32)
data = (data - data.mean(0)) * 0.8
train, test = data[:2500], data[2500:]


class Coupling(nn.Module):
    def __init__(self, mask, h=48):
        super().__init__()
        self.register_buffer("mask", mask)
        self.net = nn.Sequential(nn.Linear(2, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU(), nn.Linear(h, 4))
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)
        self.scale = nn.Parameter(torch.ones(2))

    def forward(self, x):
        s, t = self.net(x * self.mask).chunk(2, 1)
        s = torch.tanh(s) * self.scale * (1 - self.mask)
        return x * self.mask + (1 - self.mask) * (x * s.exp() + t), s.sum(1)


class Flow(nn.Module):
    def __init__(self, n=6):
        super().__init__()
        self.layers = nn.ModuleList(Coupling(torch.tensor([float(i % 2), float(1 - i % 2)])) for i in range(n))
        self.base = torch.distributions.Normal(0.0, 1.0)

    def log_prob(self, x):
        logdet = torch.zeros(len(x))
        for layer in self.layers:
            x, ld = layer(x)
            logdet = logdet + ld
        return self.base.log_prob(x).sum(1) + logdet


flow = Flow()
opt = torch.optim.Adam(flow.parameters(), lr=3e-3)
sched = torch.optim.lr_scheduler.OneCycleLR(opt, 5e-3, total_steps=500)
for step in range(500):
    x = train[torch.randint(len(train), (200,))]
    loss = -flow.log_prob(x).mean()
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(flow.parameters(), 2.0)
    opt.step()
    sched.step()
    if step % 100 == 0:
        print(f"step {step} nll {loss.item():+.4f}")
with torch.no_grad():
    nll = -flow.log_prob(test).mean().item()
    g = torch.distributions.MultivariateNormal(train.mean(0), torch.cov(train.T))
    print(f"test nll {nll:+.4f} (gaussian fit {-g.log_prob(test).mean().item():+.4f})")
