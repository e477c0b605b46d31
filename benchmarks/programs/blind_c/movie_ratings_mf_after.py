"""Matrix factorisation recommender on synthetic ratings."""
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

N_USERS, N_ITEMS, RANK = 150, 100, 4
U = np.random.randn(N_USERS, RANK) / RANK ** 0.5
I = np.random.randn(N_ITEMS, RANK)
ub, ib = 0.4 * np.random.randn(N_USERS), 0.5 * np.random.randn(N_ITEMS)
full = np.clip(3.3 + U @ I.T * 0.8 + ub[:, None] + ib[None] + 0.2 * np.random.randn(N_USERS, N_ITEMS), 1, 5)
users, items = np.nonzero(np.random.rand(N_USERS, N_ITEMS) < 0.5)
ratings = full[users, items]
perm = np.random.permutation(len(ratings))
users, items = torch.tensor(users[perm]), torch.tensor(items[perm])
ratings = torch.tensor(ratings[perm], dtype=torch.float32)
n = int(0.85 * len(ratings))


class MF(nn.Module):
    def __init__(self, k=64, mean=0.0):
        super().__init__()
        self.user = nn.Embedding(N_USERS, k)
        self.item = nn.Embedding(N_ITEMS, k)
        self.user_bias = nn.Embedding(N_USERS, 1)
        self.item_bias = nn.Embedding(N_ITEMS, 1)
        for e in (self.user, self.item):
            nn.init.normal_(e.weight, std=0.05)
        for e in (self.user_bias, self.item_bias):
            nn.init.zeros_(e.weight)
        self.mean = mean

    def forward(self, u, i):
        dot = (self.user(u) * self.item(i)).sum(1)
        return self.mean + dot + self.user_bias(u).squeeze(1) + self.item_bias(i).squeeze(1)


model = MF(mean=ratings[:n].mean().item())
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(8):
    order = torch.randperm(n)
    total = 0
    for b in order.split(128):
        loss = nn.functional.mse_loss(model(users[b], items[b]), ratings[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(b)
    with torch.no_grad():
        rmse = ((model(users[n:], items[n:]) - ratings[n:]) ** 2).mean().sqrt().item()
    print(f"epoch {epoch + 1} train mse {total / n:.3f} test rmse {rmse:.3f}")
print("rmse of the global mean: %.3f" % ratings[n:].std().item())
