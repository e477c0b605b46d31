# top-1 mixture of experts with sparse embeddings
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
VOC, LEN, NCLS, NEXP = 600, 10, 6, 8
gen = torch.Generator().manual_seed(4)
topic_words = torch.randint(0, VOC, (NCLS, 60), generator=gen)


def docs(n):
    y = torch.randint(0, NCLS, (n,))
    w = topic_words[y].gather(1, torch.randint(0, 60, (n, LEN)))
    noise = torch.randint(0, VOC, (n, LEN))
    return torch.where(torch.rand(n, LEN) < 0.5, w, noise), y


class SwitchFFN(nn.Module):
    def __init__(self, d, n):
        super().__init__()
        self.router = nn.Linear(d, n)
        self.experts = nn.ModuleList(nn.Sequential(nn.Linear(d, 32), nn.ReLU(), nn.Linear(32, d)) for _ in range(n))

    def forward(self, x):
        prob = F.softmax(self.router(x), dim=-1)
        p, k = prob.max(-1)
        out = torch.zeros_like(x)
        for e, expert in enumerate(self.experts):
            m = k == e
            if m.any():
                out[m] = p[m, None] * expert(x[m])
        frac = F.one_hot(k, len(self.experts)).float().mean(0)
        return x + out, len(self.experts) * (frac * prob.mean(0)).sum()


class Model(nn.Module):
    def __init__(self, d=24):
        super().__init__()
        self.emb = nn.EmbeddingBag(VOC, d, sparse=True)
        self.moe = SwitchFFN(d, NEXP)
        self.head = nn.Linear(d, NCLS)

    def forward(self, w):
        h, aux = self.moe(self.emb(w))
        return self.head(h), aux


model = Model()
opt_sparse = torch.optim.SparseAdam(model.emb.parameters(), lr=1e-2)
opt_dense = torch.optim.Adam([*model.moe.parameters(), *model.head.parameters()], lr=3e-3)
for step in range(350):
    w, y = docs(24)
    logits, aux = model(w)
    loss = F.cross_entropy(logits, y) + 0.01 * aux
    opt_sparse.zero_grad(); opt_dense.zero_grad()
    loss.backward()
    opt_sparse.step(); opt_dense.step()
    if step % 50 == 0:
        print(f"step {step} loss {loss.item():.4f} aux {aux.item():.3f}")
with torch.no_grad():
    w, y = docs(2000)
    print("test accuracy %.3f (chance %.3f)" % ((model(w)[0].argmax(1) == y).float().mean().item(), 1 / NCLS))
