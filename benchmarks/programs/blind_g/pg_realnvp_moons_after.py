# RealNVP (Dinh et al. 2017) density estimation on two moons.
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import make_moons

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)


class Coupling(nn.Module):
    def __init__(self, mask, hidden=64):
        super().__init__()
        self.register_buffer("mask", mask)
        self.s = nn.Sequential(nn.Linear(2, hidden), nn.LeakyReLU(), nn.Linear(hidden, hidden),
                               nn.LeakyReLU(), nn.Linear(hidden, 2), nn.Tanh())
        self.t = nn.Sequential(nn.Linear(2, hidden), nn.LeakyReLU(), nn.Linear(hidden, hidden),
                               nn.LeakyReLU(), nn.Linear(hidden, 2))

    def forward(self, x):
        xm = x * self.mask
        s = self.s(xm) * (1 - self.mask)
        t = self.t(xm) * (1 - self.mask)
        return xm + (1 - self.mask) * (x * s.exp() + t), s.sum(1)


class ActNorm(nn.Module):
    def __init__(self, dim=2):
        super().__init__()
        self.loc = nn.Parameter(torch.zeros(dim))
        self.log_scale = nn.Parameter(torch.zeros(dim))

    def forward(self, x):
        return (x + self.loc) * self.log_scale.exp(), self.log_scale.sum().expand(len(x))


class RealNVP(nn.Module):
    def __init__(self, n_flows=6):
        super().__init__()
        masks = [torch.tensor([0.0, 1.0]), torch.tensor([1.0, 0.0])]
        self.actnorm = ActNorm()
        self.flows = nn.ModuleList([Coupling(masks[i % 2]) for i in range(n_flows)])

    def log_prob(self, x):
        z, logdet = self.actnorm(x)
        for f in self.flows:
            z, ld = f(z)
            logdet = logdet + ld
        base = -0.5 * (z ** 2).sum(1) - np.log(2 * np.pi)
        return base + logdet


flow = RealNVP()
optimizer = torch.optim.Adam(flow.parameters(), lr=2e-3)
for step in range(280):
    x = torch.tensor(make_moons(256, noise=0.05)[0], dtype=torch.float32)
    loss = -flow.log_prob(x).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 50 == 0:
        print(f"iter {step}: nll {loss.item():.3f}")

with torch.no_grad():
    x = torch.tensor(make_moons(2000, noise=0.05, random_state=1)[0], dtype=torch.float32)
    g = torch.distributions.MultivariateNormal(x.mean(0), torch.cov(x.T))
    print(f"test log-likelihood {flow.log_prob(x).mean():.3f} (single Gaussian {g.log_prob(x).mean():.3f})")
