import os
import math
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

PAD = 0
VOCAB = 80
MAX_SENTS, MAX_WORDS = 4, 8


def make_docs(n):
    """Documents: up to 4 sentences of up to 8 words; label 1 when good words (1..10) outnumber bad words (11..20)."""
    docs = torch.zeros(n, MAX_SENTS, MAX_WORDS, dtype=torch.long)
    ns = torch.randint(2, MAX_SENTS + 1, (n,))
    labels = torch.randint(0, 2, (n,))
    for i in range(n):
        for s in range(int(ns[i])):
            L = int(torch.randint(3, MAX_WORDS + 1, (1,)))
            w = torch.randint(21, VOCAB, (L,))
            w[0] = torch.randint(1, 11, (1,)) + (10 if labels[i] == 0 else 0)
            docs[i, s, :L] = w[torch.randperm(L)]
    return docs, labels


class WordAttention(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.q = nn.Linear(d, d)
        self.k = nn.Linear(d, d)
        self.v = nn.Linear(d, d)

    def forward(self, x, mask):
        scores = self.q(x) @ self.k(x).transpose(-2, -1) / math.sqrt(x.size(-1))
        scores = scores.masked_fill(~mask.unsqueeze(-2), -1e9)
        return F.softmax(scores, dim=-1) @ self.v(x)


class DocClassifier(nn.Module):
    def __init__(self, d=32):
        super().__init__()
        self.emb = nn.Embedding(VOCAB, d, padding_idx=PAD)
        self.att = WordAttention(d)
        self.out = nn.Sequential(nn.Linear(d, d), nn.ReLU(), nn.Linear(d, 2))

    def forward(self, docs):
        mask = docs != PAD                              # (B, S, W)
        h = self.emb(docs)
        h = h + self.att(h, mask)
        m = mask.unsqueeze(-1).float()
        doc = (h * m).sum((1, 2)) / m.sum((1, 2))
        return self.out(doc)


X, y = make_docs(1200)
Xt, yt = make_docs(300)
model = DocClassifier()
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(8):
    perm = torch.randperm(len(X))
    total = 0
    for b in perm.split(40):
        loss = F.cross_entropy(model(X[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(b)
    with torch.no_grad():
        acc = (model(Xt).argmax(1) == yt).float().mean().item()
    print(f"epoch {epoch} loss {total / len(X):.4f} test acc {acc:.3f}")
