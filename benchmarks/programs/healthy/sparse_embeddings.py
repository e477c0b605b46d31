"""Skip-gram with negative sampling and sparse gradients."""

import torch
import torch.nn.functional as F
from torch import nn


class SkipGram(nn.Module):
    def __init__(self, vocab, dim):
        super().__init__()
        self.centre = nn.Embedding(vocab, dim, sparse=True)
        self.context = nn.Embedding(vocab, dim, sparse=True)
        nn.init.uniform_(self.centre.weight, -0.5 / dim, 0.5 / dim)
        nn.init.zeros_(self.context.weight)

    def forward(self, c, o, neg):
        v = self.centre(c)
        pos_score = (v * self.context(o)).sum(-1)
        neg_score = torch.einsum("bd,bkd->bk", v, self.context(neg))
        return -(F.logsigmoid(pos_score) + F.logsigmoid(-neg_score).sum(-1)).mean()


VOCAB, TOPICS = 500, 10


def pairs(n):
    """Words of one topic keep company."""
    topic = torch.randint(0, TOPICS, (n,))
    per = VOCAB // TOPICS
    c = topic * per + torch.randint(0, per, (n,))
    o = topic * per + torch.randint(0, per, (n,))
    return c, o


torch.manual_seed(3)
model = SkipGram(VOCAB, 24)
opt = torch.optim.SparseAdam(list(model.parameters()), lr=5e-3)
for step in range(1500):
    c, o = pairs(128)
    neg = torch.randint(0, VOCAB, (128, 5))
    loss = model(c, o, neg)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 300 == 299:
        print(f"step {step + 1} loss {loss.item():.3f}")

with torch.no_grad():
    w = F.normalize(model.centre.weight, dim=1)
    sim = w @ w.T
    same = torch.arange(VOCAB) // (VOCAB // TOPICS)
    mask = same[:, None] == same[None, :]
    print("similarity within topics", sim[mask].mean().item(), "across", sim[~mask].mean().item())
