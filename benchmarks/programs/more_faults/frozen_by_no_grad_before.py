"""Two-tower recommender: query text against items."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
N_WORDS, N_ITEMS, D = 300, 60, 24


class QueryTower(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.EmbeddingBag(N_WORDS, D)
        self.proj = nn.Linear(D, D)

    def forward(self, q):
        return self.proj(torch.tanh(self.words(q)))


class ItemTower(nn.Module):
    def __init__(self):
        super().__init__()
        self.items = nn.Embedding(N_ITEMS, D)
        self.proj = nn.Linear(D, D)

    def forward(self, i):
        return self.proj(torch.tanh(self.items(i)))


query_tower, item_tower = QueryTower(), ItemTower()
optimizer = torch.optim.Adam(
    [{"params": query_tower.parameters()}, {"params": item_tower.parameters(), "lr": 5e-3}], lr=5e-3
)
vocabulary = torch.randint(0, N_WORDS, (N_ITEMS, 12))


@torch.no_grad()
def encode_query(words):
    return query_tower(words)


def batch(n=64):
    item = torch.randint(0, N_ITEMS, (n,))
    words = vocabulary[item].gather(1, torch.randint(0, 12, (n, 5)))
    return words, item


for step in range(500):
    words, item = batch()
    scores = encode_query(words) @ item_tower(torch.arange(N_ITEMS)).t()
    loss = F.cross_entropy(scores, item)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 99:
        acc = (scores.argmax(1) == item).float().mean().item()
        print(f"step {step + 1} loss {loss.item():.3f} acc {acc:.3f}")
