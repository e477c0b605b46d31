# skip-gram with negative sampling on a toy corpus with four topics
import os
import random
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = random.Random(SEED)

topics = [[f"w{t}_{i}" for i in range(15)] for t in range(4)]
corpus = []
for _ in range(600):
    t = rng.randrange(4)
    corpus.append([rng.choice(topics[t]) for _ in range(8)])
vocab = [w for t in topics for w in t]
w2i = {w: i for i, w in enumerate(vocab)}

pairs = []
for sent in corpus:
    ids = [w2i[w] for w in sent]
    for i, c in enumerate(ids):
        for j in range(max(0, i - 2), min(len(ids), i + 3)):
            if i != j:
                pairs.append((c, ids[j]))
pairs = torch.tensor(pairs)
print("pairs", len(pairs))


class SkipGram(nn.Module):
    def __init__(self, V, D):
        super().__init__()
        self.inp = nn.Embedding(V, D, sparse=True)
        self.out = nn.Embedding(V, D, sparse=True)
        nn.init.uniform_(self.inp.weight, -0.5 / D, 0.5 / D)
        nn.init.zeros_(self.out.weight)

    def forward(self, c, o, neg):
        v = self.inp(c)
        pos = F.logsigmoid((v * self.out(o)).sum(-1))
        ng = F.logsigmoid(-(self.out(neg) @ v.unsqueeze(-1)).squeeze(-1)).sum(-1)
        return -(pos + ng).mean()


model = SkipGram(len(vocab), 16)
opt = torch.optim.SparseAdam(model.parameters(), lr=0.02)
for epoch in range(4):
    perm = torch.randperm(len(pairs))
    tot, n = 0.0, 0
    for b in perm.split(256):
        neg = torch.randint(0, len(vocab), (len(b), 5))
        loss = model(pairs[b, 0], pairs[b, 1], neg)
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot += loss.item(); n += 1
    print(f"epoch {epoch} loss {tot / n:.4f}")

W = F.normalize(model.inp.weight.detach(), dim=1)
sim = W @ W.T
sim.fill_diagonal_(-1)
label = torch.arange(60) // 15
print("nearest neighbour in the same topic:", (label[sim.argmax(1)] == label).float().mean().item(), "(chance 0.25)")
