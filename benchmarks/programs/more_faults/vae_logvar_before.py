"""VAE on spectra with counts."""

import torch
from torch import nn
from torch.nn import functional as F


class SpectraVAE(nn.Module):
    def __init__(self, n=60, hidden=64, latent=4):
        super().__init__()
        self.enc = nn.Linear(n, hidden)
        self.mu = nn.Linear(hidden, latent)
        self.log_std = nn.Linear(hidden, latent)
        self.dec = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, n))

    def forward(self, x):
        h = F.relu(self.enc(x))
        mu, log_std = self.mu(h), self.log_std(h)
        z = mu + torch.exp(log_std) * torch.randn_like(mu)
        return self.dec(z), mu, log_std


torch.manual_seed(0)
grid = torch.arange(60.0)
where = 10 + 40 * torch.rand(1000, 1)
height = 600 + 900 * torch.rand(1000, 1)
spectra = torch.poisson(height * torch.exp(-((grid - where) ** 2) / 30) + 5)

model = SpectraVAE()
opt = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(10):
    for idx in torch.randperm(1000).split(50):
        x = spectra[idx]
        recon, mu, log_std = model(x)
        kl = (0.5 * (mu**2 + torch.exp(2 * log_std)) - log_std - 0.5).sum(1).mean()
        loss = F.mse_loss(recon, x, reduction="none").sum(1).mean() + kl
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(f"epoch {epoch} loss {loss.item():.4g}")
