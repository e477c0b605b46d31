# deep ensemble of Gaussian regressors on a small noisy curve
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
x = torch.rand(400, 1) * 2 - 1
y = 0.5 * torch.sin(5 * x) + 0.05 * (1 + x.abs()) * torch.randn_like(x)
xt = torch.linspace(-1, 1, 200)[:, None]
yt = 0.5 * torch.sin(5 * xt)


class GaussianMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(1, 40), nn.ReLU(), nn.Linear(40, 40), nn.ReLU())
        self.mean = nn.Linear(40, 1)
        self.rho = nn.Linear(40, 1)

    def forward(self, x):
        h = self.body(x)
        return self.mean(h), F.softplus(self.rho(h)) + 1e-6


members = [GaussianMLP() for _ in range(3)]
for k, m in enumerate(members):
    opt = torch.optim.Adam(m.parameters(), lr=5e-3)
    for epoch in range(40):
        for b in torch.randperm(400).split(40):
            mu, var = m(x[b])
            loss = (0.5 * torch.log(var) + 0.5 * (y[b] - mu) ** 2 / var).mean()
            opt.zero_grad()
            loss.backward()
            opt.step()
        if epoch % 13 == 0:
            print(f"member {k} epoch {epoch} nll {loss.item():.3f}")
with torch.no_grad():
    mu = torch.stack([m(xt)[0] for m in members]).mean(0)
print("RMSE against the noiseless curve", ((mu - yt) ** 2).mean().sqrt().item(), "std of curve", yt.std().item())
