import os
import torch
from torch import nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def make(nq, nd=10, f=6):
    x = torch.rand(nq, nd, f) * 2 - 1
    s = 2 * x[..., 0] - x[..., 1] + torch.cos(3 * x[..., 2]) + 0.1 * torch.randn(nq, nd)
    return x, torch.bucketize(s, torch.tensor([-0.5, 0.6, 1.5])).float()


def dcg_terms(rel):
    return 2 ** rel - 1


def lambda_loss(s, rel):
    rank = s.argsort(dim=1, descending=True).argsort(dim=1) + 1
    disc = 1 / torch.log2(rank + 1.0)
    ideal = (dcg_terms(rel).sort(dim=1, descending=True).values
             / torch.log2(torch.arange(rel.size(1)) + 2.0)).sum(1).clamp(min=1.0)
    gain = dcg_terms(rel)
    delta = ((gain[:, :, None] - gain[:, None]) * (disc[:, :, None] - disc[:, None])).abs() / ideal[:, None, None]
    better = (rel[:, :, None] > rel[:, None]).float()
    pair = F.softplus(-(s[:, :, None] - s[:, None]))
    return (better * delta.detach() * pair).sum((1, 2)).mean()


def ndcg(s, rel):
    order = rel.gather(1, s.argsort(1, descending=True))
    d = torch.log2(torch.arange(rel.size(1)) + 2.0)
    best = rel.sort(1, descending=True).values
    return ((dcg_terms(order) / d).sum(1) / (dcg_terms(best) / d).sum(1).clamp(min=1e-6)).mean().item()


xtr, rtr = make(600)
xte, rte = make(150)
net = nn.Sequential(nn.Linear(6, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
opt = torch.optim.RMSprop(net.parameters(), lr=1e-3)
print("ndcg before", ndcg(net(xte).squeeze(-1), rte))
for ep in range(15):
    tot = 0
    for b in torch.randperm(600).split(25):
        loss = lambda_loss(net(xtr[b]).squeeze(-1), rtr[b])
        opt.zero_grad(); loss.backward(); opt.step()
        tot += loss.item()
    if ep % 3 == 0:
        print("epoch", ep, "lambda loss", tot / 24)
print("ndcg after", ndcg(net(xte).squeeze(-1), rte))
