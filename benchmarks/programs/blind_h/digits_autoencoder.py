import os
import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
img = np.pad(np.kron(load_digits().images, np.ones((3, 3))), ((0, 0), (2, 2), (2, 2))) * 255 / 16
x = torch.tensor(img.astype("float32") / 255.).flatten(1)
x = x[torch.randperm(len(x))]
x_train, x_test = x[:1500], x[1500:]


class AE(nn.Module):
    def __init__(self, dim=32):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(784, dim), nn.ReLU())
        self.decoder = nn.Sequential(nn.Linear(dim, 784), nn.Sigmoid())
        for p in self.parameters():
            nn.init.xavier_uniform_(p) if p.ndim == 2 else nn.init.zeros_(p)

    def forward(self, z):
        return self.decoder(self.encoder(z))


ae = AE()
opt = torch.optim.Adam(ae.parameters(), lr=1e-3, eps=1e-7)
bce = nn.BCELoss()
for epoch in range(40):
    tot = 0
    for (xb,) in DataLoader(TensorDataset(x_train), batch_size=64, shuffle=True):
        loss = bce(ae(xb), xb)
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot += loss.item() * len(xb)
    if epoch % 8 == 7:
        with torch.no_grad():
            print("epoch %d loss %.4f val_loss %.4f" % (epoch + 1, tot / len(x_train), bce(ae(x_test), x_test).item()))
with torch.no_grad():
    r2 = 1 - ((ae(x_test) - x_test) ** 2).sum() / ((x_test - x_train.mean(0)) ** 2).sum()
print("reconstruction r2 %.3f" % r2.item())
