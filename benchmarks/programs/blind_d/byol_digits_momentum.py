# BYOL: online network + EMA target + predictor; linear probe every few epochs
import os
import copy
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
d = load_digits()
g = torch.Generator().manual_seed(9)
perm = torch.randperm(len(d.target), generator=g)
X = torch.tensor(d.images, dtype=torch.float32)[perm] / 16
Y = d.target[perm.numpy()]


def mlp(i, h, o):
    return nn.Sequential(nn.Linear(i, h), nn.BatchNorm1d(h), nn.ReLU(), nn.Linear(h, o))


def view(x):
    p = F.pad(x, (1, 1, 1, 1))
    i, j = torch.randint(0, 3, (2,)).tolist()
    v = p[:, i:i + 8, j:j + 8] * (0.6 + 0.8 * torch.rand(len(x), 1, 1))
    return (v * (torch.rand_like(v) > 0.15)).flatten(1)


online = mlp(64, 96, 32)
predictor = mlp(32, 64, 32)
target = copy.deepcopy(online)
for p in target.parameters():
    p.requires_grad = False
opt = torch.optim.Adam([*online.parameters(), *predictor.parameters()], lr=2e-3)


def probe():
    online.eval()
    with torch.no_grad():
        f = F.normalize(online(X.flatten(1)), dim=1)
    online.train()
    clf = LogisticRegression(C=10, max_iter=100).fit(f[:1300].numpy(), Y[:1300])
    return clf.score(f[1300:].numpy(), Y[1300:]), f.std(0).mean().item() * 32 ** 0.5


print("probe at start %.3f spread %.3f" % probe())
for epoch in range(24):
    for b in torch.randperm(1300).split(100):
        a, c = view(X[b]), view(X[b])
        with torch.no_grad():
            ta, tc = target(a), target(c)
        loss = 2 - F.cosine_similarity(predictor(online(a)), tc).mean() \
                 - F.cosine_similarity(predictor(online(c)), ta).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        with torch.no_grad():
            for q, k in zip(online.parameters(), target.parameters()):
                k.lerp_(q, 0.03)
    if epoch % 8 == 0:
        print(f"epoch {epoch} loss {loss.item():.4f}")
print("probe at end %.3f spread %.3f" % probe())
