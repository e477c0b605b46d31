import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

d = load_digits()
mask = np.random.rand(len(d.data)) < 0.8
Xtr, ytr = torch.Tensor(d.data[mask] / 16), torch.LongTensor(d.target[mask])
Xte, yte = torch.Tensor(d.data[~mask] / 16), torch.LongTensor(d.target[~mask])


def accuracy(m, X, y):
    with torch.no_grad():
        return (m(X).argmax(1) == y).float().mean().item()


m = nn.Sequential()
sizes = [64, 128, 64, 32]
for i in range(3):
    m.add_module(f"fc{i}", nn.Linear(sizes[i], sizes[i + 1]))
    m.add_module(f"act{i}", nn.ReLU())
m.add_module("out", nn.Linear(32, 10))

opt = torch.optim.RMSprop(m.parameters(), lr=0.1)
ce = nn.CrossEntropyLoss()
for epoch in range(20):
    perm = torch.randperm(len(Xtr))
    for i in range(0, len(perm), 64):
        b = perm[i:i + 64]
        opt.zero_grad()
        l = ce(m(Xtr[b]), ytr[b])
        l.backward()
        opt.step()
    if epoch % 4 == 3:
        print("epoch", epoch, "loss", round(l.item(), 4), "train acc", round(accuracy(m, Xtr, ytr), 3))
print("test acc", accuracy(m, Xte, yte))
