import math
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
V, T, D, H = 16, 12, 32, 4
MICRO, ACCUM, UPDATES, WARMUP, LR = 8, 4, 150, 40, 3e-3


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.n1, self.n2 = nn.LayerNorm(D), nn.LayerNorm(D)
        self.qkv, self.proj = nn.Linear(D, 3 * D, bias=False), nn.Linear(D, D)
        self.up, self.down = nn.Linear(D, 4 * D), nn.Linear(4 * D, D)
        nn.init.zeros_(self.proj.weight)
        nn.init.zeros_(self.down.weight)

    def forward(self, x):
        B = x.shape[0]
        q, k, v = self.qkv(self.n1(x)).view(B, T, 3, H, D // H).permute(2, 0, 3, 1, 4)
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(B, T, D)
        x = x + self.proj(a)
        return x + self.down(F.gelu(self.up(self.n2(x))))


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(V, D), nn.Embedding(T, D)
        self.blocks = nn.Sequential(Block(), Block())
        self.norm = nn.LayerNorm(D)
        self.head = nn.Linear(D, V, bias=False)
        self.head.weight = self.wte.weight
        nn.init.normal_(self.wte.weight, std=0.02)
        nn.init.normal_(self.wpe.weight, std=0.02)

    def forward(self, x):
        return self.head(self.norm(self.blocks(self.wte(x) + self.wpe.weight)))


def batch():
    start, inc = torch.randint(0, V, (MICRO, 1)), torch.randint(1, 4, (MICRO, 1))
    s = (start + inc * torch.arange(T + 1)) % V
    return s[:, :-1], s[:, 1:]


model = GPT()
decay = [p for p in model.parameters() if p.dim() >= 2]
other = [p for p in model.parameters() if p.dim() < 2]
opt = torch.optim.AdamW([{"params": decay, "weight_decay": 0.1}, {"params": other, "weight_decay": 0.0}], lr=LR, betas=(0.9, 0.95))
sched = torch.optim.lr_scheduler.LambdaLR(
    opt, lambda s: (s + 1) / WARMUP if s < WARMUP else 0.5 * (1 + math.cos(math.pi * (s - WARMUP) / (UPDATES - WARMUP))))
for u in range(UPDATES):
    total = 0.0
    for _ in range(ACCUM):
        x, y = batch()
        loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten()) / ACCUM
        loss.backward()
        total += loss.item()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    opt.step()
    sched.step()
    opt.zero_grad(set_to_none=True)
    if u % 30 == 0 or u == UPDATES - 1:
        print(f"update {u} loss {total:.4f} lr {sched.get_last_lr()[0]:.5f}")
with torch.no_grad():
    x, y = batch()
    print("accuracy after the second token", (model(x).argmax(-1) == y)[:, 1:].float().mean().item())
