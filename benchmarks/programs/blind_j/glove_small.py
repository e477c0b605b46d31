import os
import numpy as np
import torch

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

# co-occurrence counts drawn from a low-rank log-linear model
V, R = 80, 6
A = np.random.randn(V, R) * 0.6
b = np.random.randn(V) * 0.5 + 1.0
logX = A @ A.T + b[:, None] + b[None]
X = np.random.poisson(np.exp(np.clip(logX, -3, 6)))
ii, jj = np.nonzero(X)
counts = torch.tensor(X[ii, jj], dtype=torch.float32)
ii, jj = torch.tensor(ii), torch.tensor(jj)
weight = (counts / 50.0).clamp(max=1.0) ** 0.75
target = counts.log()

D = 16
W = torch.nn.Parameter((torch.rand(V, D) - 0.5) / D)
C = torch.nn.Parameter((torch.rand(V, D) - 0.5) / D)
bw = torch.nn.Parameter(torch.zeros(V))
bc = torch.nn.Parameter(torch.zeros(V))
opt = torch.optim.Adagrad([W, C, bw, bc], lr=0.1)

for epoch in range(20):
    perm = torch.randperm(len(counts))
    total = 0.0
    for p in perm.split(512):
        i, j = ii[p], jj[p]
        pred = (W[i] * C[j]).sum(1) + bw[i] + bc[j]
        loss = (weight[p] * (pred - target[p]) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(p)
    if epoch % 4 == 0 or epoch == 19:
        print("epoch", epoch, "loss", total / len(counts))

with torch.no_grad():
    pred = (W[ii] * C[jj]).sum(1) + bw[ii] + bc[jj]
    r2 = 1 - (weight * (pred - target) ** 2).sum() / (weight * (target - target.mean()) ** 2).sum()
print("weighted R2 of log counts", round(r2.item(), 4))
