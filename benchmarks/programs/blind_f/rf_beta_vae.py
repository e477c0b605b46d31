"""VAE on digits with linear KL annealing from zero and free bits; more latents than needed."""
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
x = torch.tensor(load_digits().data / 16.0, dtype=torch.float32)
x = x[torch.randperm(len(x))]
xtr, xte = x[:1400], x[1400:]


class VAE(nn.Module):
    def __init__(self, z=24):
        super().__init__()
        self.enc = nn.Sequential(nn.Linear(64, 128), nn.ReLU())
        self.mu, self.logvar = nn.Linear(128, z), nn.Linear(128, z)
        nn.init.zeros_(self.logvar.weight)
        nn.init.constant_(self.logvar.bias, -2.0)
        self.dec = nn.Sequential(nn.Linear(z, 128), nn.ReLU(), nn.Linear(128, 64))

    def forward(self, x):
        h = self.enc(x)
        mu, lv = self.mu(h), self.logvar(h).clamp(-8, 4)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * lv) if self.training else mu
        kl = 0.5 * (mu ** 2 + lv.exp() - 1 - lv)
        return self.dec(z), kl


vae = VAE()
opt = torch.optim.Adam(vae.parameters(), lr=2e-3)
step, total = 0, 22 * 30
for epoch in range(30):
    vae.train()
    for idx in torch.randperm(len(xtr)).split(64):
        xb = xtr[idx]
        beta = min(1.0, step / (0.5 * total))
        logits, kl = vae(xb)
        rec = F.binary_cross_entropy_with_logits(logits, xb, reduction="sum") / len(xb)
        loss = rec + beta * kl.mean(0).clamp(min=0.02).sum()
        opt.zero_grad()
        loss.backward()
        opt.step()
        step += 1
    if epoch % 5 == 0:
        print(f"epoch {epoch} beta {beta:.2f} loss {loss.item():.3f} rec {rec.item():.3f} active {(kl.mean(0) > 0.05).sum().item()}")
vae.eval()
with torch.no_grad():
    mse = F.mse_loss(torch.sigmoid(vae(xte)[0]), xte)
    base = F.mse_loss(xtr.mean(0).expand_as(xte), xte)
print(f"reconstruction mse {mse:.4f} (mean image {base:.4f})")
