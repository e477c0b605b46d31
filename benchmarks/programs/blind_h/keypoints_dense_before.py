import os
import argparse
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
ap = argparse.ArgumentParser()
ap.add_argument("--lr", type=float, default=0.1)
ap.add_argument("--epochs", type=int, default=30)
ap.add_argument("--side", type=int, default=32)
a = ap.parse_args()
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)


def faces(n, side):
    """grey images in 0..1, fifteen key points as 30 numbers in -1..1"""
    base = np.array([[-.35, -.3], [.35, -.3], [-.25, -.3], [-.45, -.3], [.25, -.3], [.45, -.3], [-.2, -.45], [-.5, -.45],
                     [.2, -.45], [.5, -.45], [0, .05], [-.2, .45], [.2, .45], [0, .38], [0, .55]])
    g = np.linspace(-1, 1, side)
    xx, yy = np.meshgrid(g, g)
    X = np.empty((n, side * side), np.float32)
    Y = np.empty((n, 30), np.float32)
    for k in range(n):
        pts = base * rng.uniform(.85, 1.15) + rng.normal(0, .09, 2) + rng.normal(0, .015, base.shape)
        im = .55 + .1 * rng.normal() + .05 * rng.normal(size=(side, side))
        for px, py in pts:
            im = im - .35 * np.exp(-((xx - px) ** 2 + (yy - py) ** 2) / .01)
        X[k], Y[k] = np.clip(im, 0, 1).ravel(), pts.ravel()
    return torch.from_numpy(X), torch.from_numpy(Y)


X, y = faces(640, a.side)
Xv, yv = faces(160, a.side)
model = nn.Sequential(nn.Linear(a.side ** 2, 50), nn.Linear(50, 100), nn.Linear(100, 30))
for l in model:
    nn.init.xavier_uniform_(l.weight)
    nn.init.zeros_(l.bias)
optimizer = torch.optim.Adam(model.parameters(), lr=a.lr, eps=1e-7)
for epoch in range(a.epochs):
    tot = 0.
    for i in torch.randperm(len(X)).split(32):
        loss = nn.functional.mse_loss(model(X[i]), y[i])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        tot += loss.item() * len(i)
    if epoch % 5 == 4:
        print("epoch", epoch + 1, "loss", tot / len(X))
with torch.no_grad():
    mse = nn.functional.mse_loss(model(Xv), yv).item()
    mean_face = nn.functional.mse_loss(y.mean(0).expand_as(yv), yv).item()
print("val mse %.5f, mean face %.5f, r2 %.3f" % (mse, mean_face, 1 - mse / mean_face))
