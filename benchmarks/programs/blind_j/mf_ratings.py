"""Explicit-feedback matrix factorisation with user and item biases."""
import os
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

n_users, n_items, k = 200, 150, 3
U, Vt = torch.randn(n_users, k), torch.randn(n_items, k)
bu, bi = 0.3 * torch.randn(n_users), 0.5 * torch.randn(n_items)
users = torch.randint(0, n_users, (14000,))
items = torch.randint(0, n_items, (14000,))
r = 3.4 + bu[users] + bi[items] + 0.5 * (U[users] * Vt[items]).sum(1) + 0.2 * torch.randn(14000)
r = r.clamp(1, 5)
ntr = 12000


class MF(nn.Module):
    def __init__(self, nu, ni, d, mean):
        super().__init__()
        self.p = nn.Embedding(nu, d)
        self.q = nn.Embedding(ni, d)
        self.bu = nn.Embedding(nu, 1)
        self.bi = nn.Embedding(ni, 1)
        self.register_buffer("mu", mean)
        nn.init.normal_(self.p.weight, std=0.1)
        nn.init.normal_(self.q.weight, std=0.1)
        nn.init.zeros_(self.bu.weight)
        nn.init.zeros_(self.bi.weight)

    def forward(self, u, i):
        dot = (self.p(u) * self.q(i)).sum(1)
        return self.mu + self.bu(u).squeeze(1) + self.bi(i).squeeze(1) + dot


model = MF(n_users, n_items, 4, r[:ntr].mean())
optimizer = torch.optim.Adam([
    {"params": [model.p.weight, model.q.weight], "weight_decay": 1e-5},
    {"params": [model.bu.weight, model.bi.weight], "weight_decay": 0.0},
], lr=0.01)
mse = nn.MSELoss()
for epoch in range(15):
    model.train()
    perm = torch.randperm(ntr)
    s = 0.0
    for b in perm.split(256):
        optimizer.zero_grad()
        loss = mse(model(users[b], items[b]), r[b])
        loss.backward()
        optimizer.step()
        s += loss.item() * len(b)
    with torch.no_grad():
        rm = mse(model(users[ntr:], items[ntr:]), r[ntr:]).sqrt().item()
    print(f"epoch {epoch:2d} train mse {s / ntr:.4f} test rmse {rm:.4f}")
print("baseline rmse (mean):", round((r[ntr:] - r[:ntr].mean()).pow(2).mean().sqrt().item(), 4))
