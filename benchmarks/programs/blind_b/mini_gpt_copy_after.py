"""A mini decoder written from scratch; learns to repeat a random prefix."""
import os
import math
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
V, P, D, H, L = 10, 6, 32, 2, 2
T = 2 * P


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        w = lambda i, o: nn.Parameter(torch.randn(i, o) / math.sqrt(i))
        self.wqkv, self.wo = w(D, 3 * D), w(D, D)
        self.w1, self.w2 = w(D, 4 * D), w(4 * D, D)

    def forward(self, x):
        B, T, _ = x.shape
        q, k, v = (x @ self.wqkv).view(B, T, 3, H, D // H).permute(2, 0, 3, 1, 4)
        att = q @ k.transpose(-1, -2) / math.sqrt(D // H)
        mask = torch.triu(torch.ones(T, T, dtype=torch.bool), 1)
        att = att.masked_fill(mask, float("-inf")).softmax(-1)
        x = x + (att @ v).transpose(1, 2).reshape(B, T, D) @ self.wo
        return x + F.gelu(x @ self.w1) @ self.w2


class MiniGPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.tok, self.pos = nn.Embedding(V, D), nn.Embedding(T, D)
        nn.init.normal_(self.tok.weight, std=0.5)
        nn.init.normal_(self.pos.weight, std=0.5)
        self.blocks = nn.Sequential(*[Block() for _ in range(L)])
        self.norm = nn.LayerNorm(D)
        self.lm_head = nn.Linear(D, V, bias=False)

    def forward(self, idx):
        x = self.tok(idx) + self.pos.weight[: idx.shape[1]]
        return self.lm_head(self.norm(self.blocks(x)))


def batch(n):
    s = torch.randint(0, V, (n, P))
    seq = torch.cat([s, s], 1)
    return seq[:, :-1], seq[:, 1:]


gpt = MiniGPT()
opt = torch.optim.AdamW(gpt.parameters(), lr=3e-3)
for step in range(500):
    x, y = batch(32)
    logits = gpt(x)[:, P - 1:]
    loss = F.cross_entropy(logits.reshape(-1, V), y[:, P - 1:].reshape(-1))
    opt.zero_grad(set_to_none=True)
    loss.backward()
    opt.step()
    if step % 100 == 0:
        print(f"step {step} | loss {loss.item():.3f}")
with torch.no_grad():
    x, y = batch(200)
    acc = (gpt(x)[:, P - 1:].argmax(-1) == y[:, P - 1:]).float().mean()
print(f"copy accuracy {acc:.3f} (chance {1 / V})")
