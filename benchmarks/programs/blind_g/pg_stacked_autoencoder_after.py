"""Deep autoencoder for dimensionality reduction (after Hinton & Salakhutdinov), digits 64 -> 8 -> 64."""
import os
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

act = nn.ELU


def mlp(sizes, last):
    layers = []
    for k in range(len(sizes) - 1):
        layers.append(nn.Linear(sizes[k], sizes[k + 1]))
        layers.append(act() if k < len(sizes) - 2 else last)
    return nn.Sequential(*layers)


class DeepAutoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = mlp([64, 96, 64, 48, 32, 8], nn.Identity())
        self.decoder = mlp([8, 32, 48, 64, 96, 64], nn.Identity())

    def forward(self, x):
        return self.decoder(self.encoder(x))


d = load_digits()
x = torch.tensor(d.data, dtype=torch.float32) / 16
perm = torch.randperm(len(x))
tr, te = perm[:1400], perm[1400:]

ae = DeepAutoencoder()
opt = torch.optim.Adam(ae.parameters(), lr=1e-3)
mse = nn.MSELoss()
for epoch in range(25):
    s = 0.0
    for idx in tr[torch.randperm(len(tr))].split(32):
        opt.zero_grad()
        loss = mse(ae(x[idx]), x[idx])
        loss.backward()
        opt.step()
        s += loss.item() * len(idx)
    if epoch % 5 == 0:
        print(f"epoch {epoch:2d} reconstruction mse {s / len(tr):.5f}")

with torch.no_grad():
    z = ae.encoder(x)
    err = mse(ae(x[te]), x[te]).item()
    base = mse(x[tr].mean(0).expand(len(te), -1), x[te]).item()
knn = KNeighborsClassifier(5).fit(z[tr].numpy(), d.target[tr.numpy()])
print(f"test mse {err:.5f} (mean image {base:.5f}), knn accuracy on codes {knn.score(z[te].numpy(), d.target[te.numpy()]):.3f}")
