"""Point-wise recommender on implicit feedback, 4 sampled negatives for each positive."""
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)
USERS, ITEMS, NEG = 120, 200, 4

taste = rng.normal(size=(USERS, 6))
kind = rng.normal(size=(ITEMS, 6))
affinity = taste @ kind.T + 0.3 * rng.normal(size=(USERS, ITEMS))
ranked = np.argsort(-affinity, 1)[:, :20]
train_pos, test_pos = [], []
for u in range(USERS):
    p = rng.permutation(ranked[u])
    train_pos += [(u, i) for i in p[:16]]
    test_pos.append(set(p[16:].tolist()))
seen = {u: {i for v, i in train_pos if v == u} for u in range(USERS)}


class NeuMF(nn.Module):
    def __init__(self, factors=16):
        super().__init__()
        self.u, self.i = nn.Embedding(USERS, factors), nn.Embedding(ITEMS, factors)
        self.um, self.im = nn.Embedding(USERS, factors), nn.Embedding(ITEMS, factors)
        self.mlp = nn.Sequential(nn.Linear(2 * factors, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU())
        self.predict = nn.Linear(factors + 16, 1)
        for e in (self.u, self.i, self.um, self.im):
            nn.init.normal_(e.weight, std=0.1)

    def forward(self, u, i):
        gmf = self.u(u) * self.i(i)
        mlp = self.mlp(torch.cat([self.um(u), self.im(i)], -1))
        return torch.sigmoid(self.predict(torch.cat([gmf, mlp], -1))).view(-1)


model = NeuMF()
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(12):
    rows = []
    for u, i in train_pos:
        rows.append((u, i, 1.0))
        for j in rng.integers(0, ITEMS, NEG):
            if int(j) not in seen[u]:
                rows.append((u, int(j), 0.0))
    rows = np.array(rows)[rng.permutation(len(rows))]
    tot = 0.0
    for k in range(0, len(rows), 128):
        b = torch.tensor(rows[k:k + 128])
        loss = criterion(model(b[:, 0].long(), b[:, 1].long()), b[:, 2].float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        tot += loss.item() * len(b)
    print(f"[Epoch {epoch:02d}] loss {tot / len(rows):.4f}")

hits = 0
with torch.no_grad():
    for u in range(USERS):
        s = model(torch.full((ITEMS,), u), torch.arange(ITEMS)).numpy().copy()
        s[list(seen[u])] = -1e9
        hits += len(set(np.argsort(-s)[:10].tolist()) & test_pos[u])
print(f"recall@10 {hits / (4 * USERS):.3f}")
