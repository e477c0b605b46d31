"""Matrix factorisation recommender with biases (explicit ratings 1..5)."""
import argparse
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)

parser = argparse.ArgumentParser()
parser.add_argument("--factors", type=int, default=8)
parser.add_argument("--lr", type=float, default=0.01)
parser.add_argument("--reg", type=float, default=0.1)
parser.add_argument("--epochs", type=int, default=15)
args = parser.parse_args([])

# simulated ratings
NU, NI = 300, 200
U, V = rng.normal(size=(NU, 3)), rng.normal(size=(NI, 3))
bu, bi = 0.4 * rng.normal(size=NU), 0.6 * rng.normal(size=NI)
pairs = np.array([(u, i) for u in range(NU) for i in range(NI)])
pairs = pairs[rng.permutation(len(pairs))[:16000]]
u, i = pairs.T
r = 3.2 + bu[u] + bi[i] + 0.6 * (U[u] * V[i]).sum(1) + 0.3 * rng.normal(size=len(u))
r = np.clip(np.round(r * 2) / 2, 0.5, 5)
u, i = torch.tensor(u), torch.tensor(i)
r = torch.tensor(r, dtype=torch.float32)
n = 13000


class MF(nn.Module):
    def __init__(self, nu, ni, k, mu):
        super().__init__()
        self.P = nn.Embedding(nu, k)
        self.Q = nn.Embedding(ni, k)
        self.bu = nn.Embedding(nu, 1)
        self.bi = nn.Embedding(ni, 1)
        self.register_buffer("mu", mu)
        nn.init.normal_(self.P.weight, std=0.1)
        nn.init.normal_(self.Q.weight, std=0.1)
        nn.init.zeros_(self.bu.weight)
        nn.init.zeros_(self.bi.weight)

    def forward(self, u, i):
        dot = (self.P(u) * self.Q(i)).sum(1)
        return self.mu + self.bu(u).squeeze(1) + self.bi(i).squeeze(1) + dot


model = MF(NU, NI, args.factors, r[:n].mean())
opt = torch.optim.Adam(model.parameters(), lr=args.lr, weight_decay=args.reg)

for epoch in range(args.epochs):
    total = 0.0
    for idx in torch.randperm(n).split(256):
        loss = ((model(u[idx], i[idx]) - r[idx]) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(idx)
    if epoch % 3 == 0:
        print(f"epoch {epoch:2d} train mse {total / n:.4f}")

with torch.no_grad():
    rmse = ((model(u[n:], i[n:]) - r[n:]) ** 2).mean().sqrt().item()
    base = (r[n:] - r[:n].mean()).pow(2).mean().sqrt().item()
print(f"test RMSE {rmse:.4f} (mean predictor {base:.4f})")
