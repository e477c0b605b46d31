"""Small bidirectional transformer encoder written from scratch; task: output the sequence reversed."""
import math
import os
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


@dataclass
class Cfg:
    vocab: int = 12
    length: int = 8
    d: int = 32
    heads: int = 4
    depth: int = 6
    lr: float = 3e-3
    warmup: int = 40
    steps: int = 280
    batch: int = 32


class Attention(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.h = heads
        self.qkv = nn.Linear(d, 3 * d)
        self.proj = nn.Linear(d, d)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.h, d // self.h).permute(2, 0, 3, 1, 4)
        w = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(d // self.h), dim=-1)
        return self.proj((w @ v).transpose(1, 2).reshape(b, t, d))


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.attn = Attention(c.d, c.heads)
        self.mlp = nn.Sequential(nn.Linear(c.d, 2 * c.d), nn.GELU(), nn.Linear(2 * c.d, c.d))
        self.n1, self.n2 = nn.LayerNorm(c.d), nn.LayerNorm(c.d)

    def forward(self, x):
        x = self.attn(self.n1(x))
        x = self.mlp(self.n2(x))
        return x


class Encoder(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.tok = nn.Embedding(c.vocab, c.d)
        self.pos = nn.Embedding(c.length, c.d)
        self.blocks = nn.Sequential(*[Block(c) for _ in range(c.depth)])
        self.norm = nn.LayerNorm(c.d)
        self.head = nn.Linear(c.d, c.vocab)

    def forward(self, idx):
        x = self.tok(idx) + self.pos(torch.arange(idx.size(1)))
        return self.head(self.norm(self.blocks(x)))


c = Cfg()
model = Encoder(c)
opt = torch.optim.AdamW(model.parameters(), lr=c.lr, weight_decay=0.01)
sched = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: min(1.0, (s + 1) / c.warmup))


def sample(n):
    x = torch.randint(c.vocab, (n, c.length))
    return x, x.flip(1)


for step in range(c.steps):
    x, y = sample(c.batch)
    loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten())
    opt.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    opt.step()
    sched.step()
    if step % 40 == 0:
        print(f"step {step} loss {loss.item():.3f}")
with torch.no_grad():
    x, y = sample(256)
    print(f"token accuracy {(model(x).argmax(-1) == y).float().mean():.3f}  (chance {1 / c.vocab:.3f})")
