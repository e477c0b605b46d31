# matrix factorisation with user/item biases (explicit feedback)
import os
import numpy as np
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)

U, I, K = 150, 120, 4
pu, qi = rng.normal(size=(U, K)), rng.normal(size=(I, K))
u = rng.integers(0, U, 9000)
i = rng.integers(0, I, 9000)
r = (pu[u] * qi[i]).sum(1) * 0.6 + 0.15 * rng.normal(size=9000)
u, i, r = torch.tensor(u), torch.tensor(i), torch.tensor(r, dtype=torch.float32)
ntr = 7500


class MF(nn.Module):
    def __init__(self, n_users, n_items, dim=8):
        super().__init__()
        self.user = nn.Embedding(n_users, dim)
        self.item = nn.Embedding(n_items, dim)
        self.bu = nn.Embedding(n_users, 1)
        self.bi = nn.Embedding(n_items, 1)
        self.mu = nn.Parameter(torch.zeros(1))
        for e in (self.bu, self.bi):
            nn.init.zeros_(e.weight)
        for e in (self.user, self.item):
            nn.init.normal_(e.weight, std=0.1)

    def forward(self, u, i):
        dot = (self.user(u) * self.item(i)).sum(1)
        return self.mu + self.bu(u).squeeze(1) + self.bi(i).squeeze(1) + dot


model = MF(U, I)
opt = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(25):
    tot = 0.0
    for b in torch.randperm(ntr).split(250):
        loss = ((model(u[b], i[b]) - r[b]) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot += loss.item() * len(b)
    if epoch % 5 == 0:
        print(f"epoch {epoch:2d} train mse {tot / ntr:.4f}")
with torch.no_grad():
    e = ((model(u[ntr:], i[ntr:]) - r[ntr:]) ** 2).mean().item()
print(f"test mse {e:.4f}; variance of ratings {r[ntr:].var().item():.4f}; ratio {e / r[ntr:].var().item():.3f}")
