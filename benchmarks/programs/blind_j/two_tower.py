# two-tower retrieval model, in-batch softmax with logQ correction
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

NU, NI = 400, 120
user_feat = torch.randn(NU, 10)
item_feat = torch.randn(NI, 10)
M = torch.randn(10, 10) / 10 ** 0.5
aff = user_feat @ M @ item_feat.T
logits_true = 2.5 * aff / aff.std()
inter_u = torch.arange(NU).repeat_interleave(30)
inter_i = torch.multinomial(logits_true.softmax(1), 30, replacement=True).reshape(-1)
freq = torch.bincount(inter_i, minlength=NI).float().add(1)
logq = (freq / freq.sum()).log()


class Tower(nn.Module):
    def __init__(self, n, d_in, d=24):
        super().__init__()
        self.id = nn.Embedding(n, 8)
        self.mlp = nn.Sequential(nn.Linear(8 + d_in, 48), nn.ReLU(), nn.Linear(48, d))

    def forward(self, idx, feat):
        return self.mlp(torch.cat([self.id(idx), feat[idx]], 1))


ut, it = Tower(NU, 10), Tower(NI, 10)
opt = torch.optim.Adam(list(ut.parameters()) + list(it.parameters()), lr=3e-3)
for epoch in range(8):
    perm = torch.randperm(len(inter_u))
    losses = []
    for b in perm.split(200):
        u, i = inter_u[b], inter_i[b]
        s = ut(u, user_feat) @ it(i, item_feat).T - logq[i][None]
        dup = (i[:, None] == i[None]) & ~torch.eye(len(b), dtype=torch.bool)
        s = s.masked_fill(dup, -1e4)
        loss = F.cross_entropy(s, torch.arange(len(b)))
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    print(f"epoch {epoch} loss {sum(losses) / len(losses):.4f}")

with torch.no_grad():
    s = ut(torch.arange(NU), user_feat) @ it(torch.arange(NI), item_feat).T
    top = s.topk(10, dim=1).indices
    best = logits_true.argmax(1, keepdim=True)
    print("recall@10 of the true favourite:", (top == best).any(1).float().mean().item(), "chance", 10 / NI)
