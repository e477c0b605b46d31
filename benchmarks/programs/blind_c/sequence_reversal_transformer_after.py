"""Small encoder that learns to reverse a digit sequence."""
import math
import os
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
VOCAB, T, D = 12, 10, 48


class Block(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.ln1 = nn.LayerNorm(d)
        self.attn = nn.MultiheadAttention(d, heads, batch_first=True)
        self.ln2 = nn.LayerNorm(d)
        self.mlp = nn.Sequential(nn.Linear(d, 4 * d), nn.GELU(), nn.Linear(4 * d, d))

    def forward(self, x):
        h = self.ln1(x)
        x = x + self.attn(h, h, h, need_weights=False)[0]
        return x + self.mlp(self.ln2(x))


class Encoder(nn.Module):
    def __init__(self, n_layers=2):
        super().__init__()
        self.tok = nn.Embedding(VOCAB, D)
        self.pos = nn.Parameter(0.1 * torch.randn(1, T, D))
        self.blocks = nn.ModuleList([Block(D, 4) for _ in range(n_layers)])
        self.ln = nn.LayerNorm(D)
        self.head = nn.Linear(D, VOCAB)

    def forward(self, x):
        h = self.tok(x) + self.pos
        for block in self.blocks:
            h = block(h)
        return self.head(self.ln(h))


model = Encoder()
opt = torch.optim.AdamW(model.parameters(), lr=2e-3)
loss_fn = nn.CrossEntropyLoss()
print("parameters:", sum(p.numel() for p in model.parameters()))

for step in range(1, 401):
    x = torch.randint(0, VOCAB, (32, T))
    y = x.flip(1)
    out = model(x)
    loss = loss_fn(out.transpose(1, 2), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 50 == 0:
        acc = (out.argmax(-1) == y).float().mean()
        print(f"step {step} loss {loss.item():.4f} acc {acc.item():.3f}")

model.eval()
with torch.no_grad():
    x = torch.randint(0, VOCAB, (200, T))
    print("final accuracy", (model(x).argmax(-1) == x.flip(1)).float().mean().item())
