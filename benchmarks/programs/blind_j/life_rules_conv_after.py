"""Next state of Conway's Game of Life from 3x3 fields on a torus."""
import os
import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)


def update(field):
    nb = sum(np.roll(np.roll(field, dx, 2), dy, 1) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy)
    return ((nb == 3) | ((field == 1) & (nb == 2))).astype(np.float32)


def dataset(n, h=5, w=5):
    f = (np.random.rand(n, h, w) < 0.5).astype(np.float32)
    g = update(f)
    f = np.pad(f, ((0, 0), (1, 1), (1, 1)), mode="wrap")
    return torch.tensor(f).unsqueeze(1), torch.tensor(g).unsqueeze(1)


def life_nn(filters=10, channels=20):
    net = nn.Sequential(nn.Conv2d(1, filters, 3), nn.ReLU(), nn.Conv2d(filters, channels, 1), nn.ReLU(),
                        nn.Conv2d(channels, 1, 1), nn.Sigmoid())
    for m in net:
        if isinstance(m, nn.Conv2d):
            nn.init.xavier_uniform_(m.weight)
            nn.init.zeros_(m.bias)
    return net


Xtr, ytr = dataset(4000)
Xv, yv = dataset(500)
model = life_nn()
opt = torch.optim.Adam(model.parameters(), lr=0.01, eps=1e-7)
for epoch in range(8):
    perm = torch.randperm(len(Xtr))
    for k in range(0, len(perm), 64):
        b = perm[k:k + 64]
        loss = nn.functional.binary_cross_entropy(model(Xtr[b]), ytr[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        acc = ((model(Xv) > 0.5).float() == yv).float().mean().item()
    print("epoch", epoch, "loss %.4f" % loss.item(), "val acc %.4f (all dead: %.4f)" % (acc, 1 - yv.mean().item()))
