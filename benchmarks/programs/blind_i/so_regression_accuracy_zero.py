# Keras-like regression log with an "accuracy" column that stays 0.0000; the errors are fine
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_diabetes

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
d = load_diabetes()
X = torch.tensor(d.data / d.data.std(0), dtype=torch.float32)
Y = torch.tensor((d.target - d.target.mean()) / d.target.std(), dtype=torch.float32).view(-1, 1)
p = torch.randperm(len(X))
X, Y = X[p], Y[p]
net = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1))
for l in (net[0], net[2]):
    nn.init.xavier_uniform_(l.weight)
    nn.init.zeros_(l.bias)
opt = torch.optim.RMSprop(net.parameters(), lr=0.001, alpha=0.9, eps=1e-7)
for epoch in range(30):
    for i in range(0, 350, 16):
        out = net(X[i:min(i + 16, 350)])
        loss = nn.functional.mse_loss(out, Y[i:min(i + 16, 350)])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 6 == 0:
        with torch.no_grad():
            o = net(X[350:])
            print(f"epoch {epoch} loss {loss.item():.4f} accuracy {(o == Y[350:]).float().mean():.4f} mae {(o - Y[350:]).abs().mean():.4f}")
with torch.no_grad():
    o = net(X[350:])
    print("test R2 %.3f" % (1 - (o - Y[350:]).pow(2).sum() / (Y[350:] - Y[350:].mean()).pow(2).sum()))
