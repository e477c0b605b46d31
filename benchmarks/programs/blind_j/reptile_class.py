import copy
import os
import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

D = 8
basis = torch.randn(3, D)


def task(n):
    # linear rules that live in a 3-dimensional subspace, shared by all tasks
    w = torch.randn(3) @ basis
    x = torch.randn(n, D)
    return x, (x @ w > 0).float()


def inner(net, x, y, k, lr=0.1):
    opt = torch.optim.SGD(net.parameters(), lr=lr)
    for _ in range(k):
        loss = F.binary_cross_entropy_with_logits(net(x).squeeze(-1), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
    return loss.item()


def few_shot(net, n=60):
    acc = 0
    for _ in range(n):
        x, y = task(210)
        m = copy.deepcopy(net)
        inner(m, x[:10], y[:10], 8)
        with torch.no_grad():
            acc += ((m(x[10:]).squeeze(-1) > 0) == y[10:].bool()).float().mean().item()
    return acc / n


meta = nn.Sequential(nn.Linear(D, 32), nn.Tanh(), nn.Linear(32, 1))
print("10-shot accuracy before", round(few_shot(meta), 4))
outer = 0.3
for it in range(160):
    x, y = task(40)
    fast = copy.deepcopy(meta)
    last = inner(fast, x, y, 10)
    eps = outer * (1 - it / 160)
    with torch.no_grad():
        for p, q in zip(meta.parameters(), fast.parameters()):
            p.add_(eps * (q - p))
    if it % 20 == 0:
        print("meta step", it, "inner loss", round(last, 4))
print("10-shot accuracy after", round(few_shot(meta), 4))
