import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
EPS, STEP, K = 0.1, 0.04, 4

d = load_digits()
X = torch.tensor(d.data / 16, dtype=torch.float32)
y = torch.tensor(d.target)
p = torch.randperm(len(X))
Xtr, ytr, Xte, yte = X[p[:1400]], y[p[:1400]], X[p[1400:]], y[p[1400:]]
model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 10))


def pgd(x, t):
    delta = (torch.rand_like(x) * 2 - 1) * EPS
    for _ in range(K):
        delta.requires_grad_(True)
        loss = F.cross_entropy(model((x + delta).clamp(0, 1)), t)
        g, = torch.autograd.grad(loss, delta)
        delta = (delta.detach() + STEP * g.sign()).clamp(-EPS, EPS)
    return (x + delta).clamp(0, 1).detach()


def acc(x, t):
    with torch.no_grad():
        return (model(x).argmax(1) == t).float().mean().item()


opt = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(12):
    tot = 0
    for b in torch.randperm(1400).split(70):
        adv = pgd(Xtr[b], ytr[b])
        loss = F.cross_entropy(model(adv), ytr[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot += loss.item() / 20
    if epoch % 3 == 0 or epoch == 11:
        print(f"epoch {epoch} adversarial loss {tot:.4f}")
print("clean accuracy", round(acc(Xte, yte), 4), "PGD accuracy", round(acc(pgd(Xte, yte), yte), 4))
