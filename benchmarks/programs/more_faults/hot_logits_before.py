"""Small pre-norm transformer that sorts: at each place the token that belongs there."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
LR = 0.1


class Block(nn.Module):
    def __init__(self, dim=32, heads=2):
        super().__init__()
        self.n1, self.n2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.heads = heads
        self.qkv, self.proj = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 64), nn.GELU(), nn.Linear(64, dim))

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = self.qkv(self.n1(x)).view(b, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        h = F.scaled_dot_product_attention(q, k, v)
        x = x + self.proj(h.transpose(1, 2).reshape(b, t, d))
        return x + self.mlp(self.n2(x))


class Sorter(nn.Module):
    def __init__(self, vocab=10, length=8, dim=32):
        super().__init__()
        self.tokens = nn.Embedding(vocab, dim)
        self.places = nn.Parameter(torch.randn(length, dim))
        self.blocks = nn.Sequential(Block(dim), Block(dim))
        self.head = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, vocab))

    def forward(self, x):
        return self.head(self.blocks(self.tokens(x) + self.places))


net = Sorter()
opt = torch.optim.Adam(net.parameters(), lr=LR)
for step in range(500):
    x = torch.randint(0, 10, (64, 8))
    loss = F.cross_entropy(net(x).flatten(0, 1), x.sort(1).values.flatten())
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 100 == 99:
        print(step + 1, "loss", round(loss.item(), 4))
