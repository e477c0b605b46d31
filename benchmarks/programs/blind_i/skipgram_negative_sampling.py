# word2vec skip-gram with negative sampling: input vectors U(-.5/d,.5/d), output vectors start at zero as in the C code
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED); rng = np.random.RandomState(SEED)
V, TOP, D = 150, 5, 24
topic = np.arange(V) % TOP
sents = []
for _ in range(900):
    k = rng.randint(TOP)
    pool = np.flatnonzero(topic == k)
    sents.append(np.where(rng.rand(10) < .85, rng.choice(pool, 10), rng.randint(0, V, 10)))
sents = np.array(sents)
cen, ctx = [], []
for i in range(10):
    for j in range(max(0, i - 2), min(10, i + 3)):
        if i != j:
            cen.append(sents[:, i]); ctx.append(sents[:, j])
cen, ctx = torch.tensor(np.concatenate(cen)), torch.tensor(np.concatenate(ctx))


class SGNS(nn.Module):
    def __init__(self):
        super().__init__()
        self.v = nn.Embedding(V, D, sparse=True); self.u = nn.Embedding(V, D, sparse=True)
        nn.init.uniform_(self.v.weight, -.5 / D, .5 / D); nn.init.zeros_(self.u.weight)

    def forward(self, c, o, neg):
        e = self.v(c)
        pos = (e * self.u(o)).sum(1)
        n = (self.u(neg) @ e[:, :, None]).squeeze(2)
        return -(F.logsigmoid(pos) + F.logsigmoid(-n).sum(1)).mean()


m = SGNS()
opt = torch.optim.SparseAdam(list(m.parameters()), lr=0.005)
step = 0
for epoch in range(4):
    for i in torch.randperm(len(cen)).split(128):
        loss = m(cen[i], ctx[i], torch.randint(0, V, (len(i), 5)))
        opt.zero_grad(); loss.backward(); opt.step()
        step += 1
    print("epoch", epoch, "step", step, "loss %.4f" % loss.item())
w = F.normalize(m.v.weight.detach(), dim=1)
nn5 = (w @ w.t()).fill_diagonal_(-2).topk(5).indices.numpy()
print("neighbours of the same topic: %.3f (chance 0.2)" % (topic[nn5] == topic[:, None]).mean())
