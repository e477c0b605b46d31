# Heteroscedastic regression: the net gives mean and variance; question was why the loss went below zero
import os
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
x = torch.rand(1500, 1) * 6 - 3
sd = 0.02 + 0.08 * (x > 0).float()
y = torch.sin(2 * x) * 0.8 + sd * torch.randn_like(x)
xt, yt, st = x[1200:], y[1200:], sd[1200:]
x, y = x[:1200], y[:1200]


class MeanVar(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(1, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh())
        self.mu = nn.Linear(64, 1)
        self.var = nn.Sequential(nn.Linear(64, 1), nn.Softplus())

    def forward(self, x):
        h = self.trunk(x)
        return self.mu(h), self.var(h) + 1e-6


net = MeanVar()
criterion = nn.GaussianNLLLoss()
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for epoch in range(80):
    perm = torch.randperm(len(x))
    for k in range(0, len(x), 64):
        i = perm[k:k + 64]
        mu, var = net(x[i])
        loss = criterion(mu, y[i], var)
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 10 == 0:
        print(f"epoch {epoch} nll {loss.item():.3f}")
with torch.no_grad():
    mu, var = net(xt)
    print(f"test R2 {1 - ((mu - yt) ** 2).mean().item() / yt.var().item():.4f}",
          f"sd left {var.sqrt()[xt < -0.3].mean():.3f} right {var.sqrt()[xt > 0.3].mean():.3f}")
