"""Bottleneck adapters on a pretrained encoder, own training loop instead of the Trainer class."""
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

VOCAB, L, D = 120, 14, 48


def corpus(n, rule):
    x = rng.randint(2, VOCAB, size=(n, L))
    if rule == "topic":                       # pretraining: which third of the vocabulary dominates
        t = rng.randint(0, 3, size=n)
        for i in range(n):
            k = rng.permutation(L)[:6]
            x[i, k] = rng.randint(2 + 39 * t[i], 41 + 39 * t[i], size=6)
        return torch.tensor(x), torch.tensor(t)
    y = rng.randint(0, 2, size=n)             # downstream: odd tokens against even tokens
    for i in range(n):
        k = rng.permutation(L)[:7]
        x[i, k] = 2 * rng.randint(1, 59, size=7) + y[i]
    return torch.tensor(x), torch.tensor(y)


class Adapter(nn.Module):
    def __init__(self, d, r):
        super().__init__()
        self.down = nn.Linear(d, r)
        self.up = nn.Linear(r, d)

    def forward(self, h):
        return h + self.up(F.relu(self.down(h)))


class Block(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.ln = nn.LayerNorm(d)
        self.ff = nn.Sequential(nn.Linear(d, 2 * d), nn.GELU(), nn.Linear(2 * d, d))
        self.adapter = None

    def forward(self, h):
        h = h + self.ff(self.ln(h))
        return h if self.adapter is None else self.adapter(h)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(VOCAB, D)
        self.blocks = nn.ModuleList([Block(D) for _ in range(3)])
        self.head = nn.Linear(D, 3)

    def forward(self, x):
        h = self.emb(x)
        for b in self.blocks:
            h = b(h)
        return self.head(h.mean(1))

    def add_adapter(self, r=16):
        for p in self.parameters():
            p.requires_grad_(False)
        for b in self.blocks:
            b.adapter = Adapter(D, r)


model = Encoder()
xp, yp = corpus(1500, "topic")
opt = torch.optim.Adam(model.parameters(), lr=1e-3)
for step in range(150):
    i = torch.randint(0, 1500, (64,))
    loss = F.cross_entropy(model(xp[i]), yp[i])
    opt.zero_grad(); loss.backward(); opt.step()
print("pretrained, loss %.3f" % loss.item())

x, y = corpus(2400, "parity")
model.head = nn.Linear(D, 2)
for p in model.head.parameters():
    p.requires_grad_(False)
model.add_adapter()
optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=3e-3)
for epoch in range(9):
    perm = torch.randperm(2000)
    for k in range(0, 2000, 50):
        i = perm[k:k + 50]
        loss = F.cross_entropy(model(x[i]), y[i])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 3 == 0:
        print("epoch", epoch, "loss %.4f" % loss.item())
with torch.no_grad():
    print("test accuracy", (model(x[2000:]).argmax(1) == y[2000:]).float().mean().item())
