# matrix factorisation recommender with sparse embeddings
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

N_USERS, N_ITEMS, DIM = 600, 5000, 8
ACTIVE = 300  # items that were rated at all so far; the rest of the catalogue is new
pu = np.random.randn(N_USERS, 4)
qi = np.random.randn(ACTIVE, 4)


def ratings(n):
    u = np.random.randint(0, N_USERS, n)
    i = (ACTIVE * np.random.beta(0.7, 1.3, n)).astype(int)
    r = 3.5 + 0.5 * (pu[u] * qi[i]).sum(1) + 0.2 * np.random.randn(n)
    return torch.tensor(u), torch.tensor(i), torch.tensor(r, dtype=torch.float32)


class MF(nn.Module):
    def __init__(self):
        super().__init__()
        self.user = nn.Embedding(N_USERS, DIM, sparse=True)
        self.item = nn.Embedding(N_ITEMS, DIM, sparse=True)
        self.user_bias = nn.Embedding(N_USERS, 1, sparse=True)
        self.item_bias = nn.Embedding(N_ITEMS, 1, sparse=True)
        for e in (self.user, self.item):
            nn.init.normal_(e.weight, std=0.1)
        for e in (self.user_bias, self.item_bias):
            nn.init.zeros_(e.weight)
        self.mu = 3.5

    def forward(self, u, i):
        dot = (self.user(u) * self.item(i)).sum(1)
        return self.mu + dot + self.user_bias(u)[:, 0] + self.item_bias(i)[:, 0]


u, i, r = ratings(24000)
ut, it, rt = ratings(4000)
model = MF()
opt = torch.optim.SparseAdam(list(model.parameters()), lr=0.02)

for epoch in range(12):
    tot, n = 0.0, 0
    for b in torch.randperm(len(r)).split(256):
        opt.zero_grad()
        loss = ((model(u[b], i[b]) - r[b]) ** 2).mean()
        loss.backward()
        opt.step()
        tot, n = tot + loss.item(), n + 1
    if epoch % 3 == 0:
        print("epoch %d rmse %.3f" % (epoch, (tot / n) ** 0.5))
with torch.no_grad():
    rmse = ((model(ut, it) - rt) ** 2).mean().sqrt().item()
print("test rmse %.3f, predicting the mean %.3f" % (rmse, rt.std().item()))
