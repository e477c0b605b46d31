# batch-hard triplet embedding (person re-id code ported to digits), 1-NN evaluation
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def pairwise_dist(e):
    sq = (e.unsqueeze(0) - e.unsqueeze(1)).pow(2).sum(-1)
    return torch.sqrt(sq)


def batch_hard_loss(emb, labels, margin=0.3):
    dist = pairwise_dist(emb)
    same = labels[:, None] == labels[None, :]
    hardest_pos = (dist * same.float()).max(1).values
    hardest_neg = dist.masked_fill(same, float("inf")).min(1).values
    return F.softplus((hardest_pos - hardest_neg + margin)).mean()


def pk_batch(y, P=6, K=6):
    classes = torch.randperm(10)[:P]
    out = []
    for c in classes:
        ix = (y == c).nonzero().squeeze(1)
        out.append(ix[torch.randperm(len(ix))[:K]])
    return torch.cat(out)


d = load_digits()
X = torch.tensor(d.data, dtype=torch.float32) / 16 - 0.3
Y = torch.tensor(d.target)
perm = torch.randperm(len(X), generator=torch.Generator().manual_seed(0))
X, Y = X[perm], Y[perm]
Xtr, Ytr, Xte, Yte = X[:1200], Y[:1200], X[1200:], Y[1200:]

net = nn.Sequential(nn.Linear(64, 96), nn.LeakyReLU(0.1), nn.Linear(96, 8))
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for it in range(300):
    ix = pk_batch(Ytr)
    loss = batch_hard_loss(net(Xtr[ix]), Ytr[ix])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 50 == 0:
        print(f"it {it} triplet {loss.item():.4f}")
with torch.no_grad():
    a, b = net(Xtr), net(Xte)
    nn_idx = torch.cdist(b, a).argmin(1)
    acc = (Ytr[nn_idx] == Yte).float().mean().item()
print(f"1-NN accuracy {acc:.3f}  embedding std {b.std().item():.3f}")
