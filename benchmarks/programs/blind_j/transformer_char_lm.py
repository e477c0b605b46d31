# decoder-only character transformer, tied embeddings, warm-up + cosine
import math
import os
from dataclasses import dataclass
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


@dataclass
class Config:
    vocab: int = 27
    ctx: int = 24
    d: int = 48
    heads: int = 4
    layers: int = 2
    steps: int = 260
    lr: float = 4e-3


cfg = Config()
TEXT = ("it was the best of times it was the worst of times it was the age of wisdom it was the age of "
        "foolishness it was the epoch of belief it was the epoch of incredulity it was the season of light "
        "it was the season of darkness it was the spring of hope it was the winter of despair ")
data = torch.tensor([0 if c == " " else ord(c) - 96 for c in TEXT])


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.n1, self.n2 = nn.LayerNorm(c.d), nn.LayerNorm(c.d)
        self.qkv, self.proj = nn.Linear(c.d, 3 * c.d), nn.Linear(c.d, c.d)
        self.mlp = nn.Sequential(nn.Linear(c.d, 4 * c.d), nn.GELU(), nn.Linear(4 * c.d, c.d))
        self.h = c.heads

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = self.qkv(self.n1(x)).view(B, T, 3, self.h, C // self.h).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(y.transpose(1, 2).reshape(B, T, C))
        return x + self.mlp(self.n2(x))


class GPT(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.tok, self.pos = nn.Embedding(c.vocab, c.d), nn.Embedding(c.ctx, c.d)
        self.blocks = nn.ModuleList([Block(c) for _ in range(c.layers)])
        self.norm = nn.LayerNorm(c.d)
        self.head = nn.Linear(c.d, c.vocab, bias=False)
        self.apply(self._init)
        self.head.weight = self.tok.weight

    def _init(self, m):
        if isinstance(m, (nn.Linear, nn.Embedding)):
            nn.init.normal_(m.weight, std=0.02)
            if getattr(m, "bias", None) is not None:
                nn.init.zeros_(m.bias)

    def forward(self, x):
        h = self.tok(x) + self.pos(torch.arange(x.size(1)))
        for b in self.blocks:
            h = b(h)
        return self.head(self.norm(h))


def batch(n):
    start = torch.randint(0, len(data) - cfg.ctx - 1, (n, 1))
    return data[start + torch.arange(cfg.ctx + 1)]


model = GPT(cfg)
opt = torch.optim.AdamW(model.parameters(), lr=cfg.lr, betas=(0.9, 0.95), weight_decay=0.1)
lr_at = lambda s: min((s + 1) / 20, 0.5 * (1 + math.cos(math.pi * s / cfg.steps)) + 0.02)
sched = torch.optim.lr_scheduler.LambdaLR(opt, lr_at)
for s in range(cfg.steps):
    x = batch(24)
    loss = F.cross_entropy(model(x[:, :-1]).flatten(0, 1), x[:, 1:].flatten())
    opt.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    opt.step(); sched.step()
    if s % 40 == 0:
        print(f"step {s} loss {loss.item():.4f}")
with torch.no_grad():
    x = batch(500)
    acc = (model(x[:, :-1]).argmax(-1) == x[:, 1:]).float().mean().item()
print("next-character accuracy", round(acc, 4))
