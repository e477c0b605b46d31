"""Tiny transformer with a warm-up from zero: which token stood at the first place?"""
import math
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

V, L, DIM = 12, 10, 32


def data(n):
    x = torch.randint(0, V, (n, L))
    return x, x[:, 0]


class Block(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.n1, self.n2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.att = nn.MultiheadAttention(d, heads, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(d, 2 * d), nn.GELU(), nn.Linear(2 * d, d))

    def forward(self, x):
        h = self.n1(x)
        x = x + self.att(h, h, h, need_weights=False)[0]
        return x + self.mlp(self.n2(x))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.tok = nn.Embedding(V, DIM)
        pe = torch.zeros(L, DIM)
        p = torch.arange(L).unsqueeze(1).float()
        f = torch.exp(torch.arange(0, DIM, 2).float() * (-math.log(100.0) / DIM))
        pe[:, 0::2], pe[:, 1::2] = torch.sin(p * f), torch.cos(p * f)
        self.register_buffer("pe", pe)
        self.blocks = nn.ModuleList([Block(DIM, 4) for _ in range(2)])
        self.norm = nn.LayerNorm(DIM)
        self.head = nn.Linear(DIM, V)

    def forward(self, x):
        h = self.tok(x) + self.pe
        for b in self.blocks:
            h = b(h)
        return self.head(self.norm(h).mean(1))


STEPS, WARM = 240, 40
model = Model()
opt = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=0.01, betas=(0.9, 0.98))
sched = torch.optim.lr_scheduler.LambdaLR(
    opt, lambda s: s / WARM if s < WARM else 0.5 * (1 + math.cos(math.pi * (s - WARM) / (STEPS - WARM))))
for step in range(STEPS):
    x, y = data(64)
    loss = nn.functional.cross_entropy(model(x), y)
    opt.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    opt.step()
    sched.step()
    if step % 30 == 0:
        print(f"step {step:4d} lr {sched.get_last_lr()[0]:.5f} loss {loss.item():.4f}")

model.eval()
with torch.no_grad():
    x, y = data(1000)
    print("accuracy %.3f" % (model(x).argmax(1) == y).float().mean().item())
