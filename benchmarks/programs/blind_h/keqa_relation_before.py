'''Relation prediction of a simple question: BiGRU + word attention, as in question answering over
a knowledge graph.  Which relation is asked for hangs on one word; the rest is the entity and filler.'''
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)
N_REL, VOCAB, T = 12, 400, 24


def questions(n):
    rel = rng.randint(0, N_REL, n)
    q = rng.randint(60, VOCAB, (n, T))
    # words 0..11 name a relation; only the one right after the wh-word (id 50) counts
    for i in range(n):
        pos = rng.permutation(T - 1)[:7]
        for p in pos[1:]:
            q[i, p] = rng.randint(0, N_REL)
        q[i, pos[0]] = 50
        q[i, pos[0] + 1] = rel[i]
    return torch.as_tensor(q), torch.as_tensor(rel)


class RelationNet(nn.Module):
    def __init__(self, dim=32, hid=32):
        super().__init__()
        self.emb = nn.Embedding(VOCAB, dim)
        self.prev = nn.Conv1d(dim, hid, 2)
        self.attn = nn.Sequential(nn.Linear(dim + hid, 32), nn.Tanh(), nn.Linear(32, 1))
        self.fc = nn.Linear(hid, N_REL)

    def forward(self, q):
        x = self.emb(q)                                     # B,T,D
        h = self.prev(F.pad(x.transpose(1, 2), (1, 0))).transpose(1, 2)
        score = self.attn(torch.cat((x, h), 2))             # B,T,1
        weight = F.softmax(score, dim=-1)
        ctx = (weight * h).sum(1)
        return self.fc(ctx), weight


xtr, ytr = questions(3000)
xte, yte = questions(600)
net = RelationNet()
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for step in range(500):
    i = torch.randint(0, len(xtr), (64,))
    logits, w = net(xtr[i])
    loss = F.cross_entropy(logits, ytr[i])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 100 == 0:
        print(step, round(loss.item(), 4))
with torch.no_grad():
    out, w = net(xte)
    print("loss", F.cross_entropy(out, yte).item(), "accuracy", (out.argmax(1) == yte).float().mean().item())
