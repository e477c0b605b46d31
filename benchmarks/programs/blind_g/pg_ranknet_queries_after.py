"""RankNet (Burges 2005): pairwise learning to rank on synthetic queries, NDCG@10 on held-out queries."""
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

N_QUERY, N_DOC, N_FEAT = 200, 30, 16
W1, W2 = rng.randn(N_FEAT, 6), rng.randn(6)


def make_query():
    f = rng.randn(N_DOC, N_FEAT)
    score = np.tanh(f @ W1 / 2.0) @ W2 + 0.5 * f[:, 0] * f[:, 1] + 0.2 * rng.randn(N_DOC)
    rank = score.argsort().argsort() / N_DOC
    return f.astype(np.float32), np.digitize(rank, [0.5, 0.75, 0.9, 0.97])


def ndcg(rel, score, k=10):
    gains = 2.0 ** rel - 1
    disc = 1 / np.log2(np.arange(2, k + 2))
    return (gains[np.argsort(-score)[:k]] * disc).sum() / (np.sort(gains)[::-1][:k] * disc).sum()


class Scorer(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(N_FEAT, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, 1))

    def forward(self, x):
        return self.net(x).squeeze(-1)


queries = [make_query() for _ in range(N_QUERY)]
train, test = queries[:150], queries[150:]
model = Scorer()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)

for epoch in range(8):
    rng.shuffle(train)
    total = 0.0
    for x, rel in train:
        optimizer.zero_grad()
        s = model(torch.from_numpy(x))
        rel = torch.from_numpy(rel)
        i, j = torch.nonzero(rel[:, None] > rel[None, :], as_tuple=True)
        loss = F.softplus(-(s[i] - s[j])).mean()
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch} pairwise loss {total / len(train):.4f}")

with torch.no_grad():
    val = np.mean([ndcg(r, model(torch.from_numpy(x)).numpy()) for x, r in test])
rand = np.mean([ndcg(r, rng.randn(N_DOC)) for x, r in test])
print(f"NDCG@10 {val:.4f} (random order {rand:.4f})")
