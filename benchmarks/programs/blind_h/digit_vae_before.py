import os
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

# grey-level micrographs, uint8
img = load_digits().images[:1024]
img = np.kron(img, np.ones((3, 3))) * (255 / 16)
img = np.clip(img + 8 * np.random.rand(*img.shape), 0, 255).astype(np.uint8)
data = torch.tensor(img, dtype=torch.float32).view(len(img), -1)


class VAE(nn.Module):
    def __init__(self, n=576):
        super().__init__()
        self.fc1 = nn.Linear(n, 128)
        self.fc21 = nn.Linear(128, 10)
        self.fc22 = nn.Linear(128, 10)
        self.fc3 = nn.Linear(10, 128)
        self.fc4 = nn.Linear(128, n)

    def encode(self, x):
        h = F.relu(self.fc1(x))
        return self.fc21(h), self.fc22(h)

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)
        return self.fc4(F.relu(self.fc3(z))), mu, logvar


def elbo(rec, x, mu, logvar):
    mse = F.mse_loss(rec, x, reduction="sum") / len(x)
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / len(x)
    return mse + kld


model = VAE()
opt = torch.optim.Adam(model.parameters(), lr=1e-3)
for cycle in range(40):
    perm = torch.randperm(len(data))
    tot = 0.0
    for i in range(0, len(data), 64):
        x = data[perm[i:i + 64]]
        opt.zero_grad()
        rec, mu, logvar = model(x)
        loss = elbo(rec, x, mu, logvar)
        loss.backward()
        opt.step()
        tot += loss.item()
    if cycle % 8 == 0:
        print(f"Epoch: {cycle} ... Training loss: {tot / 16:.4f}")
with torch.no_grad():
    rec, _, _ = model(data)
    print("explained variance: %.3f" % (1 - F.mse_loss(rec, data) / data.var(0).mean()).item())
