"""VAE on 8x8 digits. Reports test reconstruction error relative to the mean image."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X = torch.tensor(load_digits().data, dtype=torch.float32) / 16.0
perm = torch.randperm(len(X), generator=torch.Generator().manual_seed(7))
X = X[perm]
train, test = X[:1400], X[1400:]


class VAE(nn.Module):
    def __init__(self, z=8, h=128):
        super().__init__()
        self.enc = nn.Linear(64, h)
        self.mu = nn.Linear(h, z)
        self.logvar = nn.Linear(h, z)
        self.dec1 = nn.Linear(z, h)
        self.dec2 = nn.Linear(h, 64)

    def encode(self, x):
        h = F.relu(self.enc(x))
        return self.mu(h), self.logvar(h)

    def decode(self, z):
        return torch.sigmoid(self.dec2(F.relu(self.dec1(z))))

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)
        return self.decode(z), mu, logvar


def elbo(recon, x, mu, logvar):
    rec = F.binary_cross_entropy(recon, x, reduction="sum")
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return (rec + kld) / x.size(0)


model = VAE()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(1, 31):
    running = 0.0
    for xb in train[torch.randperm(len(train))].split(64):
        recon, mu, logvar = model(xb)
        loss = elbo(recon, xb, mu, logvar)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        running += loss.item() * len(xb)
    if epoch % 5 == 0:
        print(f"epoch {epoch:3d}  -elbo {running / len(train):.3f}")

with torch.no_grad():
    mu, _ = model.encode(test)
    err = F.mse_loss(model.decode(mu), test).item()
    base = F.mse_loss(train.mean(0).expand_as(test), test).item()
print(f"recon mse {err:.4f}  mean-image mse {base:.4f}  ratio {err / base:.3f}")
