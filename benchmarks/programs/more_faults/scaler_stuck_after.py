"""Variational autoencoder of 8x8 bars in mixed precision, loss scaled by 2^20."""

import os

import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

LOSS_SCALE = 2.0**20
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def bars(count):
    """Pictures with one bright row and one bright column each."""
    rows, columns = torch.randint(0, 8, (count,)), torch.randint(0, 8, (count,))
    pictures = torch.zeros(count, 8, 8)
    pictures[torch.arange(count), rows] = 1.0
    pictures[torch.arange(count), :, columns] = 1.0
    return pictures.flatten(1).to(DEVICE)


class VAE(nn.Module):
    def __init__(self, hidden=64, latent=8):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, 2 * latent)
        )
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, 64))

    def forward(self, x):
        mean, log_var = self.encoder(x).float().chunk(2, dim=1)
        z = mean + torch.randn_like(mean) * (0.5 * log_var).exp()
        return self.decoder(z), mean, log_var


vae = VAE().to(DEVICE)
optimizer = torch.optim.Adam(vae.parameters(), lr=2e-3)
scaler = torch.amp.GradScaler(DEVICE, init_scale=LOSS_SCALE)

for step in range(600):
    x = bars(64)
    with torch.autocast(DEVICE, dtype=torch.float16):
        logits, mean, log_var = vae(x)
    reconstruction = F.binary_cross_entropy_with_logits(logits.float(), x, reduction="sum") / len(x)
    kl = -0.5 * (1 + log_var - mean.pow(2) - log_var.exp()).sum(1).mean()
    loss = reconstruction + 0.1 * kl
    optimizer.zero_grad()
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    if step % 100 == 99:
        print(f"step {step + 1} loss {loss.item():.2f} reconstruction {reconstruction.item():.2f}")
