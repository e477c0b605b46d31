"""Auto-Encoding Variational Bayes on the 8x8 digits."""
import os
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X = torch.tensor(load_digits().data, dtype=torch.float32)
mean, std = X.mean(), X.std()
X = (X - mean) / std
perm = torch.randperm(len(X))
train_x, val_x = X[perm[:1500]], X[perm[1500:]]
loader = DataLoader(TensorDataset(train_x), batch_size=64, shuffle=True)


class VAE(nn.Module):
    def __init__(self, d=64, h=128, z=12):
        super().__init__()
        self.fc1 = nn.Linear(d, h)
        self.fc21 = nn.Linear(h, z)
        self.fc22 = nn.Linear(h, z)
        self.fc3 = nn.Linear(z, h)
        self.fc4 = nn.Linear(h, d)

    def encode(self, x):
        h1 = F.relu(self.fc1(x))
        return self.fc21(h1), self.fc22(h1)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + std * torch.randn_like(std)

    def decode(self, z):
        h3 = F.relu(self.fc3(z))
        return self.fc4(h3)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def loss_function(recon, x, mu, logvar):
    mse = F.mse_loss(recon, x, reduction="sum") / len(x)
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) / len(x)
    return mse + kld


model = VAE()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

for epoch in range(40):
    total = 0.0
    for (x,) in loader:
        optimizer.zero_grad()
        recon, mu, logvar = model(x)
        loss = loss_function(recon, x, mu, logvar)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
    if epoch % 8 == 0:
        print(f"====> Epoch {epoch} average loss {total / len(train_x):.4f}")

with torch.no_grad():
    mu, _ = model.encode(val_x)
    rec = model.decode(mu)
    r2 = 1 - ((rec - val_x) ** 2).sum() / ((val_x - train_x.mean(0)) ** 2).sum()
print(f"validation: explained variance of reconstructions {r2:.3f}")
