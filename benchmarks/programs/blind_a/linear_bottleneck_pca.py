"""A linear autoencoder: it should find the same subspace as PCA."""
import os
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

x = torch.tensor(load_digits().data, dtype=torch.float32) / 16.0
x = x - x.mean(0)
K = 8


class LinearAutoencoder(nn.Module):
    def __init__(self, d, k):
        super().__init__()
        self.encode = nn.Linear(d, k, bias=False)
        self.decode = nn.Linear(k, d, bias=False)

    def forward(self, x):
        return self.decode(self.encode(x))


def pca_error(x, k):
    _, s, _ = torch.linalg.svd(x, full_matrices=False)
    return (s[k:] ** 2).sum().item() / x.numel()


model = LinearAutoencoder(64, K)
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
batch = 256
for epoch in range(60):
    for idx in torch.randperm(len(x)).split(batch):
        loss = ((model(x[idx]) - x[idx]) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 10 == 0:
        print(f"epoch {epoch:3d} reconstruction mse {loss.item():.5f}")

with torch.no_grad():
    err = ((model(x) - x) ** 2).mean().item()
best = pca_error(x, K)
print("variance explained %.3f" % (1 - err / x.pow(2).mean().item()),
      "| PCA explains %.3f" % (1 - best / x.pow(2).mean().item()))
