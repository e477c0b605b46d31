import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
V, T, D = 10, 8, 32


class Adapter(nn.Module):
    def __init__(self, d, r=8):
        super().__init__()
        self.down, self.up = nn.Linear(d, r), nn.Linear(r, d)
        nn.init.zeros_(self.up.weight); nn.init.zeros_(self.up.bias)

    def forward(self, x):
        return x + self.up(F.gelu(self.down(x)))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(D), nn.LayerNorm(D)
        self.att = nn.MultiheadAttention(D, 4, batch_first=True)
        self.ff = nn.Sequential(nn.Linear(D, 64), nn.GELU(), nn.Linear(64, D))
        self.adapter = nn.Identity()

    def forward(self, x):
        h = self.ln1(x)
        x = x + self.att(h, h, h, need_weights=False)[0]
        return self.adapter(x + self.ff(self.ln2(x)))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.tok, self.pos = nn.Embedding(V, D), nn.Parameter(0.1 * torch.randn(T, D))
        self.blocks = nn.ModuleList([Block(), Block()])
        self.norm, self.head = nn.LayerNorm(D), nn.Linear(D, 2)

    def forward(self, x):
        h = self.tok(x) + self.pos
        for b in self.blocks:
            h = b(h)
        return self.head(self.norm(h).mean(1))


def batch(task, n=96):
    x = torch.randint(0, V, (n, T))
    cnt = (x < 5).sum(1) if task == "a" else (x % 2 == 0).sum(1)
    return x, (cnt > 4).long()


def run(task, params, steps, lr):
    opt = torch.optim.AdamW(params, lr=lr)
    for s in range(steps):
        x, y = batch(task)
        loss = F.cross_entropy(model(x), y)
        opt.zero_grad(); loss.backward(); opt.step()
        if s % 40 == 0:
            print(task, s, round(loss.item(), 4))
    with torch.no_grad():
        x, y = batch(task, 1000)
        print("task", task, "accuracy", (model(x).argmax(1) == y).float().mean().item())


model = Model()
run("a", model.parameters(), 120, 2e-3)
for p in model.parameters():
    p.requires_grad_(False)
for b in model.blocks:
    b.adapter = Adapter(D)
model.head = nn.Linear(D, 2)
model.tok.weight.requires_grad_(True)
run("b", [p for p in model.parameters() if p.requires_grad], 140, 4e-3)
