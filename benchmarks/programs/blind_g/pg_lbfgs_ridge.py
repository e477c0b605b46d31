# Linear probe / ridge with full batch LBFGS: one nn.Linear, no activation at all
import os
import torch
import torch.nn as nn
from sklearn.datasets import load_diabetes

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_default_dtype(torch.float64)

d = load_diabetes()
X, y = torch.tensor(d.data), torch.tensor(d.target)
X = (X - X.mean(0)) / X.std(0)
perm = torch.randperm(len(y))
tr, te = perm[:340], perm[340:]
ym, ys = y[tr].mean(), y[tr].std()
t = ((y - ym) / ys).unsqueeze(1)

model = nn.Linear(10, 1)
nn.init.zeros_(model.weight)
nn.init.zeros_(model.bias)
opt = torch.optim.LBFGS(model.parameters(), lr=0.3, max_iter=2, history_size=5)
lam = 1e-2


def closure():
    opt.zero_grad()
    loss = nn.functional.mse_loss(model(X[tr]), t[tr]) + lam * model.weight.pow(2).sum()
    loss.backward()
    return loss


for it in range(80):
    loss = opt.step(closure)
    if it % 10 == 0:
        print(f"iter {it} objective {loss.item():.6f}")

with torch.no_grad():
    r2 = 1 - ((model(X[te]) - t[te]) ** 2).mean() / ((t[te] - t[te].mean()) ** 2).mean()
    # closed form for comparison
    A = torch.cat([X[tr], torch.ones(len(tr), 1)], 1)
    w = torch.linalg.solve(A.t() @ A / len(tr) + lam * torch.diag(torch.tensor([1.0] * 10 + [0.0])), A.t() @ t[tr] / len(tr))
    gap = (torch.cat([model.weight, model.bias[None]], 1) - w.t()).norm()
print(f"test R2 {r2.item():.3f}, distance to the closed form {gap.item():.2e}")
