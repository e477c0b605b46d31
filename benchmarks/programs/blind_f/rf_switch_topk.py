"""Switch-style top-1 routing with 16 experts and a sparse token embedding; many experts and ids unused in a batch."""
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
VOCAB, LEN, K = 2000, 6, 4
polarity = torch.randn(VOCAB, K)
zipf = 1.0 / torch.arange(1, VOCAB + 1).float() ** 0.8


def batch(n):
    tok = torch.multinomial(zipf, n * LEN, replacement=True).view(n, LEN)
    return tok, polarity[tok].sum(1).argmax(1)


class SwitchFFN(nn.Module):
    def __init__(self, d, n_experts=16):
        super().__init__()
        self.router = nn.Linear(d, n_experts, bias=False)
        self.experts = nn.ModuleList(nn.Sequential(nn.Linear(d, 32), nn.ReLU(), nn.Linear(32, d)) for _ in range(n_experts))

    def forward(self, x):
        prob = F.softmax(self.router(x), -1)
        w, idx = prob.max(-1)
        y = torch.zeros_like(x)
        for i in idx.unique().tolist():
            sel = (idx == i).nonzero().squeeze(1)
            y = y.index_add(0, sel, self.experts[i](x[sel]) * w[sel, None])
        frac = F.one_hot(idx, prob.size(1)).float().mean(0)
        return x + y, prob.size(1) * (frac * prob.mean(0)).sum()


class Model(nn.Module):
    def __init__(self, d=24):
        super().__init__()
        self.emb = nn.Embedding(VOCAB, d, sparse=True)
        nn.init.normal_(self.emb.weight, std=0.1)
        self.ffn = SwitchFFN(d)
        self.out = nn.Linear(d, K)

    def forward(self, t):
        h, aux = self.ffn(self.emb(t).mean(1))
        return self.out(h), aux


m = Model()
dense = [p for n, p in m.named_parameters() if not n.startswith("emb")]
opts = [torch.optim.SparseAdam([m.emb.weight], lr=2e-2), torch.optim.Adam(dense, lr=3e-3)]
for step in range(500):
    t, y = batch(48)
    logits, aux = m(t)
    loss = F.cross_entropy(logits, y) + 0.01 * aux
    for o in opts:
        o.zero_grad()
    loss.backward()
    for o in opts:
        o.step()
    if step % 100 == 0:
        print(f"step {step} loss {loss.item():.3f} aux {aux.item():.2f}")
with torch.no_grad():
    t, y = batch(2000)
    print(f"accuracy {(m(t)[0].argmax(1) == y).float().mean():.3f} (chance 0.25)")
