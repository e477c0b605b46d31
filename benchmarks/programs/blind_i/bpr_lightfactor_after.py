# BPR matrix factorisation, implicit feedback
import os
import numpy as np
import torch
import torch.nn as nn
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED); rng = np.random.RandomState(SEED)

n_users, n_items, n_group = 200, 120, 6
ug = rng.randint(0, n_group, n_users); ig = rng.randint(0, n_group, n_items)
like = rng.rand(n_users, n_items) < np.where(ug[:, None] == ig[None], 0.5, 0.02)
pos = np.argwhere(like)
mask = rng.rand(len(pos)) < 0.85
train_pos, test_pos = pos[mask], pos[~mask]


class BPRMF(nn.Module):
    def __init__(self, d=32):
        super().__init__()
        self.user = nn.Embedding(n_users, d)
        self.item = nn.Embedding(n_items, d)
        nn.init.normal_(self.user.weight, std=0.1)
        nn.init.normal_(self.item.weight, std=0.1)

    def score(self, u, i):
        return (self.user(u) * self.item(i)).sum(-1)


model = BPRMF()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3, weight_decay=1e-5)
for epoch in range(60):
    perm = rng.permutation(len(train_pos))
    tot = 0; nb = 0
    for k in range(0, len(perm), 256):
        b = train_pos[perm[k:k + 256]]
        u = torch.as_tensor(b[:, 0]); i = torch.as_tensor(b[:, 1])
        j = torch.as_tensor(rng.randint(0, n_items, len(b)))
        loss = -torch.nn.functional.logsigmoid(model.score(u, i) - model.score(u, j)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        tot += loss.item(); nb += 1
    if epoch % 10 == 0:
        print("epoch %d BPR loss %.4f" % (epoch, tot / nb))
with torch.no_grad():
    s = model.user.weight @ model.item.weight.t()
    u = test_pos[:, 0]; i = test_pos[:, 1]; j = rng.randint(0, n_items, len(u))
    auc = (s[u, i] > s[u, j]).float().mean().item()
print("test AUC %.3f  norm of scores %.4f" % (auc, s.abs().mean().item()))
