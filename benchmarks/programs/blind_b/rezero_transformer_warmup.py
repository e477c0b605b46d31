"""Post-embedding ReZero transformer (gates start at 0), linear warm-up; task: sort-order check."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
V, T, D = 12, 6, 32


class ReZeroBlock(nn.Module):
    def __init__(self, d, heads=2):
        super().__init__()
        self.mha = nn.MultiheadAttention(d, heads, batch_first=True)
        self.ff = nn.Sequential(nn.Linear(d, 2 * d), nn.ReLU(), nn.Linear(2 * d, d))
        self.gate = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        x = x + self.gate * self.mha(x, x, x, need_weights=False)[0]
        return x + self.gate * self.ff(x)


class Net(nn.Module):
    def __init__(self, depth=4):
        super().__init__()
        self.tok = nn.Embedding(V, D)
        self.pos = nn.Parameter(0.1 * torch.randn(T, D))
        self.blocks = nn.ModuleList(ReZeroBlock(D) for _ in range(depth))
        self.out = nn.Linear(D, V)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x):
        h = self.tok(x) + self.pos
        for b in self.blocks:
            h = b(h)
        return self.out(h)


def batch(n):
    x = torch.randint(0, V, (n, T))
    return x, x.flip(1)


net = Net()
base = 4e-3
opt = torch.optim.Adam(net.parameters(), lr=base)
for step in range(500):
    for g in opt.param_groups:
        g["lr"] = base * min(1.0, step / 80)
    x, y = batch(32)
    loss = F.cross_entropy(net(x).flatten(0, 1), y.flatten())
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    opt.step()
    if step % 100 == 0:
        print("step", step, "loss", round(loss.item(), 4))
with torch.no_grad():
    x, y = batch(300)
    print("accuracy", round((net(x).argmax(-1) == y).float().mean().item(), 3), "gates", [round(b.gate.item(), 2) for b in net.blocks])
