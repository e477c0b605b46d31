import os
import torch
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
g = torch.Generator().manual_seed(SEED)
torch.manual_seed(SEED)

n_u, n_i, d = 150, 100, 4
pu, qi = torch.randn(n_u, d), torch.randn(n_i, d)
score = pu @ qi.T
likes = score > score.quantile(0.85, dim=1, keepdim=True)
# hold out a few of the positives
hold = likes & (torch.rand(n_u, n_i) < 0.2)
train = likes & ~hold
pos_u, pos_i = train.nonzero(as_tuple=True)

P = (0.1 * torch.randn(n_u, 12)).requires_grad_()
Q = (0.1 * torch.randn(n_i, 12)).requires_grad_()
b = torch.zeros(n_i, requires_grad=True)
lr, reg = 0.05, 0.002
opt = torch.optim.Adagrad([P, Q, b], lr=lr)


def auc():
    with torch.no_grad():
        s = P @ Q.T + b
        res = []
        for u in range(n_u):
            hp, ng = s[u][hold[u]], s[u][~likes[u]]
            if len(hp):
                res.append((hp[:, None] > ng[None]).float().mean().item())
    return sum(res) / len(res)


print("AUC before", round(auc(), 4))
for epoch in range(25):
    perm = torch.randperm(len(pos_u), generator=g)
    tot = 0.0
    for k in perm.split(128):
        u, i = pos_u[k], pos_i[k]
        j = torch.randint(0, n_i, (len(k),), generator=g)
        keep = ~train[u, j]
        u, i, j = u[keep], i[keep], j[keep]
        x = (P[u] * (Q[i] - Q[j])).sum(1) + b[i] - b[j]
        l2 = (P[u] ** 2).sum(1) + (Q[i] ** 2).sum(1) + (Q[j] ** 2).sum(1)
        loss = (-F.logsigmoid(x) + reg * l2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot += loss.item() * len(k)
    if epoch % 5 == 0 or epoch == 24:
        print("epoch", epoch, "bpr", round(tot / len(perm), 4), "AUC", round(auc(), 4))
