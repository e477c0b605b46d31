import os
import torch
import torch.nn as nn
from torch.distributions import NegativeBinomial

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

# daily counts: hour-like feature, weekday embedding, log-exposure offset
n = 4000
hour = torch.rand(n) * 24
day = torch.randint(0, 7, (n,))
expo = torch.rand(n) * 2 + 0.5
eff = torch.tensor([0.0, 0.1, 0.1, 0.2, 0.4, 0.9, 0.8])
mu_true = expo * torch.exp(0.8 + torch.sin(hour / 24 * 2 * torch.pi) + eff[day])
r_true = 5.0
lam = torch.distributions.Gamma(r_true, r_true / mu_true).sample()
y = torch.poisson(lam)


class NBNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.day = nn.Embedding(7, 3)
        self.f = nn.Sequential(nn.Linear(5, 32), nn.ReLU(), nn.Linear(32, 1))
        self.log_r = nn.Parameter(torch.zeros(()))

    def forward(self, hour, day, expo):
        a = hour / 24 * 2 * torch.pi
        z = torch.cat([torch.stack([a.sin(), a.cos()], 1), self.day(day)], 1)
        return self.f(z).squeeze(1) + expo.log()          # log mu


def dist(eta, log_r):
    return NegativeBinomial(total_count=log_r.exp(), logits=eta - log_r)


net = NBNet()
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for ep in range(15):
    s = 0.0
    for b in torch.randperm(3200).split(128):
        eta = net(hour[b], day[b], expo[b])
        loss = -dist(eta, net.log_r).log_prob(y[b]).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        s += loss.item() / 25
    if ep % 3 == 0 or ep == 14:
        print("epoch", ep, "nll", round(s, 4), "r", round(net.log_r.exp().item(), 3))
with torch.no_grad():
    te = slice(3200, n)
    mu = net(hour[te], day[te], expo[te]).exp()
    rel = ((mu - mu_true[te]).abs() / mu_true[te]).mean().item()
    rel0 = ((y[:3200].mean() - mu_true[te]).abs() / mu_true[te]).mean().item()
print("relative error of the mean", round(rel, 4), "constant", round(rel0, 4))
