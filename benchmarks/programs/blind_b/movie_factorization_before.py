"""Matrix factorization for movie ratings (synthetic users), PyTorch."""
import argparse
import os
import numpy as np
import torch
import torch.nn as nn

parser = argparse.ArgumentParser()
parser.add_argument("--dim", type=int, default=8)
parser.add_argument("--lr", type=float, default=5e-3)
parser.add_argument("--weight-decay", type=float, default=1e-1)
parser.add_argument("--epochs", type=int, default=20)
args = parser.parse_args()

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)

N_USERS, N_MOVIES, N = 150, 100, 9000
P, Q = rng.normal(size=(N_USERS, 3)), rng.normal(size=(N_MOVIES, 3))
u = rng.integers(0, N_USERS, N)
m = rng.integers(0, N_MOVIES, N)
r = 0.6 * (P[u] * Q[m]).sum(1) + 0.2 * rng.normal(size=N)
u, m = torch.tensor(u), torch.tensor(m)
r = torch.tensor(r, dtype=torch.float32)


class MF(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.user = nn.Embedding(N_USERS, dim)
        self.movie = nn.Embedding(N_MOVIES, dim)
        self.user_bias = nn.Embedding(N_USERS, 1)
        self.movie_bias = nn.Embedding(N_MOVIES, 1)
        for e in (self.user, self.movie):
            nn.init.normal_(e.weight, std=0.3)
        for e in (self.user_bias, self.movie_bias):
            nn.init.zeros_(e.weight)

    def forward(self, u, m):
        dot = (self.user(u) * self.movie(m)).sum(-1)
        return dot + self.user_bias(u).squeeze(-1) + self.movie_bias(m).squeeze(-1)


model = MF(args.dim)
optimizer = torch.optim.Adam(model.parameters(), lr=args.lr, weight_decay=args.weight_decay)
n_train = 7500
for epoch in range(args.epochs):
    idx = torch.randperm(n_train)
    total = 0.0
    for b in idx.split(128):
        loss = nn.functional.mse_loss(model(u[b], m[b]), r[b])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(b)
    if epoch % 4 == 0 or epoch == args.epochs - 1:
        print(f"epoch {epoch:3d}  train mse {total / n_train:.4f}")

with torch.no_grad():
    test = nn.functional.mse_loss(model(u[n_train:], m[n_train:]), r[n_train:])
print(f"test mse {test:.4f}   predicting the mean {r[n_train:].var():.4f}")
