"""Skip-gram style item embeddings from shopping baskets; a large catalogue, few items per batch."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
ITEMS, GROUPS, DIM = 3000, 30, 16
group_of = torch.randint(0, GROUPS, (ITEMS,))
group_of[2000:] = GROUPS              # never sold, only in the catalogue
popular = torch.arange(0, 400)
members = [popular[group_of[popular] == g] for g in range(GROUPS)]


def basket_pairs(n):
    g = torch.randint(0, GROUPS, (n,))
    pick = lambda k: members[k][torch.randint(len(members[k]), (2,))]
    pairs = torch.stack([pick(k) for k in g.tolist()])
    return pairs[:, 0], pairs[:, 1]


center = nn.Embedding(ITEMS, DIM, sparse=True)
context = nn.Embedding(ITEMS, DIM, sparse=True)
nn.init.uniform_(center.weight, -0.3, 0.3)
nn.init.zeros_(context.weight)
opt = torch.optim.SparseAdam(list(center.parameters()) + list(context.parameters()), lr=2e-2)

for step in range(400):
    a, b = basket_pairs(64)
    neg = popular[torch.randint(len(popular), (64, 5))]
    va = center(a)
    pos_score = (va * context(b)).sum(-1)
    neg_score = (context(neg) @ va.unsqueeze(-1)).squeeze(-1)
    loss = -(F.logsigmoid(pos_score) + F.logsigmoid(-neg_score).sum(-1)).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 80 == 0:
        print(f"step {step} loss {loss.item():.4f}")

with torch.no_grad():
    scores = center.weight[popular] @ context.weight[popular].T
    scores.fill_diagonal_(-1e9)
    top = group_of[popular][scores.topk(5, dim=1).indices]
    hit = (top == group_of[popular][:, None]).float().mean().item()
print(f"precision@5 same group {hit:.3f} (random {1 / GROUPS:.3f})")
