"""Variational autoencoder on the 8x8 digits. 变分自编码器"""
import os
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)


class VAE(nn.Module):
    def __init__(self, latent=8):
        super().__init__()
        self.fc1 = nn.Linear(64, 128)
        self.mu = nn.Linear(128, latent)
        self.logvar = nn.Linear(128, latent)
        self.fc3 = nn.Linear(latent, 128)
        self.fc4 = nn.Linear(128, 64)

    def encode(self, x):
        h = F.relu(self.fc1(x))
        return self.mu(h), self.logvar(h)

    def decode(self, z):
        return self.fc4(F.relu(self.fc3(z)))      # logits

    def forward(self, x):
        mu, logvar = self.encode(x)
        std = torch.exp(0.5 * logvar)
        z = mu + std * torch.randn_like(std)
        return self.decode(z), mu, logvar


def loss_function(recon, x, mu, logvar):
    rec = F.binary_cross_entropy_with_logits(recon, x, reduction="sum")
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return (rec + kld) / len(x)


digits = load_digits()
X = torch.tensor(digits.images.reshape(-1, 64) / digits.images.std(), dtype=torch.float32)
idx = torch.randperm(len(X))
train, test = X[idx[:1500]], X[idx[1500:]]

model = VAE()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

for epoch in range(1, 31):
    model.train()
    order = torch.randperm(len(train))
    tot = 0.0
    for i in range(0, len(train), 64):
        xb = train[order[i:i + 64]]
        recon, mu, logvar = model(xb)
        loss = loss_function(recon, xb, mu, logvar)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        tot += loss.item() * len(xb)
    if epoch % 5 == 0:
        print("epoch %d  loss %.3f" % (epoch, tot / len(train)))

model.eval()
with torch.no_grad():
    mu, _ = model.encode(test)
    rec = torch.sigmoid(model.decode(mu))
    target = test / test.max()
    mse = ((rec - target) ** 2).mean().item()
    base = ((target.mean(0) - target) ** 2).mean().item()
print("reconstruction mse %.4f   mean-image mse %.4f" % (mse, base))
