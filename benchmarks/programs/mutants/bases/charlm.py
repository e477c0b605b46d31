"""A very small character transformer."""
import math
import os
import random

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)

subjects = ["the cat", "a dog", "my friend", "the queen", "an old man"]
verbs = ["sees", "likes", "follows", "hears", "paints"]
places = ["in the garden", "at home", "on the hill", "by the river"]
lines = [f"{random.choice(subjects)} {random.choice(verbs)} {random.choice(subjects)} {random.choice(places)}." for _ in range(900)]
text = " ".join(lines)
chars = sorted(set(text))
stoi = {c: i for i, c in enumerate(chars)}
data = torch.tensor([stoi[c] for c in text])
split = int(0.9 * len(data))
train_data, val_data = data[:split], data[split:]
block, batch_size, dim, heads = 24, 16, 32, 4


def get_batch(source, n):
    ix = torch.randint(len(source) - block - 1, (n,))
    x = torch.stack([source[i:i + block] for i in ix])
    y = torch.stack([source[i + 1:i + block + 1] for i in ix])
    return x, y


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))
        self.register_buffer("mask", torch.tril(torch.ones(block, block)))

    def attend(self, x):
        B, T, C = x.shape
        q, k, v = [z.view(B, T, heads, C // heads).transpose(1, 2) for z in self.qkv(x).chunk(3, dim=-1)]
        scores = q @ k.transpose(-2, -1) / math.sqrt(C // heads)
        scores = scores.masked_fill(self.mask[:T, :T] == 0, float("-inf"))
        weights = F.softmax(scores, dim=-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(B, T, C))

    def forward(self, x):
        x = x + self.attend(self.ln1(x))
        x = x + self.mlp(self.ln2(x))
        return x


class CharLM(nn.Module):
    def __init__(self, vocab):
        super().__init__()
        self.tok = nn.Embedding(vocab, dim)
        self.pos = nn.Embedding(block, dim)
        nn.init.normal_(self.tok.weight, std=0.1)
        nn.init.normal_(self.pos.weight, std=0.1)
        self.blocks = nn.ModuleList([Block() for _ in range(2)])
        self.ln = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, vocab)

    def forward(self, idx):
        x = self.tok(idx) + self.pos(torch.arange(idx.shape[1]))
        for layer in self.blocks:
            x = layer(x)
        return self.head(self.ln(x))


model = CharLM(len(chars))
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.01)
for it in range(200):
    xb, yb = get_batch(train_data, batch_size)
    logits = model(xb)
    loss = F.cross_entropy(logits.view(-1, len(chars)), yb.view(-1))
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if it % 50 == 0:
        print("iter", it, "loss", round(loss.item(), 4))

model.eval()
context = val_data[:block].tolist()
logp, count = 0.0, 0
with torch.no_grad():
    starts = torch.arange(0, len(val_data) - block - 1, 8)
    xs = torch.stack([val_data[i:i + block] for i in starts])
    ys = val_data[starts + block]
    bits = F.cross_entropy(model(xs)[:, -1], ys).item() / math.log(2)
freq = torch.bincount(train_data, minlength=len(chars)).float() / len(train_data)
print("METRIC", -bits, "CHANCE", (torch.log2(freq + 1e-9)[ys]).mean().item())
