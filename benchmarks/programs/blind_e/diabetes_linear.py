import os
import torch
from torch import nn
from sklearn.datasets import load_diabetes

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X, y = load_diabetes(return_X_y=True)
X = torch.tensor(X / X.std(0), dtype=torch.float32)
y = torch.tensor(y, dtype=torch.float32)[:, None]
p = torch.randperm(len(X))
tr, te = p[:360], p[360:]
lin = nn.Linear(10, 1)
nn.init.zeros_(lin.weight)
opt = torch.optim.Adam(lin.parameters(), lr=0.5)
sched = torch.optim.lr_scheduler.StepLR(opt, 40, 0.5)
for epoch in range(100):
    for b in tr[torch.randperm(360)].split(60):
        loss = nn.functional.mse_loss(lin(X[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    sched.step()
    if epoch % 20 == 0:
        print(epoch, loss.item())
with torch.no_grad():
    print("R2", 1 - (((lin(X[te]) - y[te]) ** 2).mean() / y[te].var()).item())
