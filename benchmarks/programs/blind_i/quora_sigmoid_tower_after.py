# MNIST-style digits, "deeper must be better" experiment
import argparse, os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

ap = argparse.ArgumentParser()
ap.add_argument("--epochs", type=int, default=15)
ap.add_argument("--lr", type=float, default=0.1)
ap.add_argument("--depth", type=int, default=6)
args = ap.parse_args()
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

d = load_digits()
X = torch.tensor(d.data / 16.0, dtype=torch.float32)
y = torch.tensor(d.target)
p = torch.randperm(len(X), generator=torch.Generator().manual_seed(SEED))
X, y = X[p], y[p]

layers = []
width = 64
for _ in range(args.depth):
    lin = nn.Linear(width, 100)
    nn.init.xavier_uniform_(lin.weight); nn.init.zeros_(lin.bias)
    layers += [lin, nn.ReLU()]
    width = 100
layers.append(nn.Linear(width, 10))
net = nn.Sequential(*layers)
opt = torch.optim.SGD(net.parameters(), lr=args.lr)
ce = nn.CrossEntropyLoss()
for ep in range(args.epochs):
    for i in range(0, 1400, 20):
        opt.zero_grad()
        loss = ce(net(X[i:i + 20]), y[i:i + 20])
        loss.backward()
        opt.step()
    with torch.no_grad():
        acc = (net(X[1400:]).argmax(1) == y[1400:]).float().mean().item()
    print(f"Epoch {ep}: loss {loss.item():.4f}  acc {acc:.4f}")
