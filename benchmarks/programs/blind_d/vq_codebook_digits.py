# VQ-VAE with straight-through estimator on digits
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Quantizer(nn.Module):
    def __init__(self, k=48, d=8):
        super().__init__()
        self.codebook = nn.Embedding(k, d)
        nn.init.normal_(self.codebook.weight, std=0.5)

    def forward(self, z):
        flat = z.reshape(-1, z.size(-1))
        idx = torch.cdist(flat, self.codebook.weight).argmin(1)
        q = self.codebook(idx).view_as(z)
        loss = F.mse_loss(q, z.detach()) + 0.25 * F.mse_loss(z, q.detach())
        return z + (q - z).detach(), loss, idx


class VQVAE(nn.Module):
    def __init__(self, slots=6, d=8):
        super().__init__()
        self.slots, self.d = slots, d
        self.enc = nn.Sequential(nn.Linear(64, 96), nn.ReLU(), nn.Linear(96, slots * d))
        self.vq = Quantizer(d=d)
        self.dec = nn.Sequential(nn.Linear(slots * d, 96), nn.ReLU(), nn.Linear(96, 64), nn.Sigmoid())

    def forward(self, x):
        z = self.enc(x).view(-1, self.slots, self.d)
        q, vq_loss, idx = self.vq(z)
        return self.dec(q.flatten(1)), vq_loss, idx


X = torch.tensor(load_digits().data, dtype=torch.float32) / 16
X = X[torch.randperm(len(X), generator=torch.Generator().manual_seed(3))]
tr, te = X[:1500], X[1500:]
model = VQVAE()
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
for ep in range(20):
    for xb in tr[torch.randperm(len(tr))].split(50):
        rec, vq_loss, idx = model(xb)
        loss = F.mse_loss(rec, xb) * 10 + vq_loss
        opt.zero_grad()
        loss.backward()
        opt.step()
    if ep % 4 == 0:
        print(f"epoch {ep} loss {loss.item():.4f} codes used in batch {idx.unique().numel()}")
with torch.no_grad():
    rec, _, idx = model(te)
    r = F.mse_loss(rec, te) / F.mse_loss(tr.mean(0).expand_as(te), te)
print(f"relative reconstruction error {r.item():.3f} (mean image 1.0), codes used {idx.unique().numel()}")
