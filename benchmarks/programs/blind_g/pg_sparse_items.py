"""Item embeddings with SparseAdam: 20000 rows, each batch touches a few of them (skip-gram on baskets)."""
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

N_ITEMS, GROUPS, DIM = 20000, 12, 16
active = rng.choice(N_ITEMS, 240, replace=False).reshape(GROUPS, -1)     # the rest is never bought


class SkipGram(nn.Module):
    def __init__(self):
        super().__init__()
        self.inp = nn.Embedding(N_ITEMS, DIM, sparse=True)
        self.out = nn.Embedding(N_ITEMS, DIM, sparse=True)
        nn.init.uniform_(self.inp.weight, -0.5 / DIM, 0.5 / DIM)
        nn.init.zeros_(self.out.weight)

    def forward(self, c, pos, neg):
        v = self.inp(c)
        p = (v * self.out(pos)).sum(1)
        n = torch.einsum("bd,bkd->bk", v, self.out(neg))
        return -(F.logsigmoid(p) + F.logsigmoid(-n).sum(1)).mean()


def baskets(n):
    g = rng.randint(0, GROUPS, n)
    a = active[g, rng.randint(0, 20, n)]
    b = active[g, rng.randint(0, 20, n)]
    neg = active.reshape(-1)[rng.randint(0, 240, (n, 5))]
    return torch.tensor(a), torch.tensor(b), torch.tensor(neg)


model = SkipGram()
opt = torch.optim.SparseAdam(list(model.parameters()), lr=0.02)
for step in range(600):
    loss = model(*baskets(256))
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 100 == 0:
        print(f"step {step} loss {loss.item():.4f}")

with torch.no_grad():
    v = F.normalize(model.inp.weight[torch.tensor(active.reshape(-1))], dim=1)
    sim = v @ v.t() - 2 * torch.eye(len(v))
    g = torch.arange(GROUPS).repeat_interleave(20)
    print("nearest neighbour in the same group:", (g[sim.argmax(1)] == g).float().mean().item())
