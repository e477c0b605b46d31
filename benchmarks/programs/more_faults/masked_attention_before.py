"""Attention pooling over sentences of different length (0 is padding)."""

import torch
from torch import nn


class AttentionPool(nn.Module):
    def __init__(self, vocab=50, d=24, classes=3):
        super().__init__()
        self.emb = nn.Embedding(vocab, d, padding_idx=0)
        self.query = nn.Parameter(torch.randn(d) / d**0.5)
        self.key = nn.Linear(d, d)
        self.out = nn.Linear(d, classes)

    def forward(self, tokens):
        e = self.emb(tokens)
        score = self.key(e) @ self.query
        score = score.masked_fill(tokens == 0, float("-inf"))
        weight = torch.softmax(score, dim=1)
        return self.out((weight.unsqueeze(-1) * e).sum(1))


def corpus(n=1200, length=10):
    tokens = torch.randint(1, 50, (n, length))
    votes = torch.nn.functional.one_hot((tokens - 1) % 3, 3) * (tokens < 31).unsqueeze(-1)
    label = votes.sum(1).argmax(1)
    size = torch.randint(4, length + 1, (n,))
    size[torch.rand(n) < 0.01] = 0
    tokens = tokens * (torch.arange(length) < size[:, None])
    label = (
        (
            torch.nn.functional.one_hot((tokens - 1) % 3, 3)
            * ((tokens > 0) & (tokens < 31)).unsqueeze(-1)
        )
        .sum(1)
        .argmax(1)
    )
    return tokens, label


torch.manual_seed(0)
tokens, label = corpus()
model = AttentionPool()
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(12):
    for idx in torch.randperm(1000).split(25):
        loss = nn.functional.cross_entropy(model(tokens[idx]), label[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 3 == 2:
        with torch.no_grad():
            acc = (model(tokens[1000:]).argmax(1) == label[1000:]).float().mean().item()
        print(f"epoch {epoch + 1} loss {loss.item():.4f} acc {acc:.3f}")
