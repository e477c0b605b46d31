"""Tiny decoder-only transformer, written from scratch, that learns to output a sequence reversed."""
import math
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

VOCAB, L, D, H, LAYERS = 8, 6, 64, 4, 2


class CausalSelfAttention(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.h = h
        self.qkv = nn.Linear(d, 3 * d)
        self.proj = nn.Linear(d, d)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.h, d // self.h).permute(2, 0, 3, 1, 4)
        att = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
        mask = torch.ones(t, t, dtype=torch.bool).triu(1)
        att = att.masked_fill(mask, float("-inf")).softmax(-1)
        y = (att @ v).transpose(1, 2).reshape(b, t, d)
        return self.proj(y)


class Block(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.attn = CausalSelfAttention(d, h)
        self.ln1 = nn.LayerNorm(d)
        self.ln2 = nn.LayerNorm(d)
        self.mlp = nn.Sequential(nn.Linear(d, 4 * d), nn.GELU(), nn.Linear(4 * d, d))

    def forward(self, x):
        x = self.ln1(x + self.attn(x))
        return self.ln2(x + self.mlp(x))


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.tok = nn.Embedding(VOCAB + 1, D)
        self.pos = nn.Embedding(2 * L, D)
        self.blocks = nn.Sequential(*[Block(D, H) for _ in range(LAYERS)])
        self.head = nn.Linear(D, VOCAB + 1)

    def forward(self, idx):
        x = self.tok(idx) + self.pos(torch.arange(idx.size(1)))
        return self.head(self.blocks(x))


def get_batch(n):
    src = torch.randint(0, VOCAB, (n, L))
    sep = torch.full((n, 1), VOCAB)
    seq = torch.cat([src, sep, src.flip(1)], 1)
    x, y = seq[:, :-1], seq[:, 1:].clone()
    y[:, :L] = -100          # only the reversed half counts
    return x, y


model = GPT()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-2)

for step in range(240):
    x, y = get_batch(64)
    logits = model(x)
    loss = F.cross_entropy(logits.reshape(-1, VOCAB + 1), y.reshape(-1), ignore_index=-100)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 50 == 0:
        print(f"step {step} loss {loss.item():.4f}")

with torch.no_grad():
    x, y = get_batch(500)
    pred = model(x).argmax(-1)
    m = y != -100
    print("token accuracy", (pred[m] == y[m]).float().mean().item())
