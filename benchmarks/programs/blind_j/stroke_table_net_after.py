import os
import numpy as np
import torch
from torch import nn
from sklearn.metrics import balanced_accuracy_score, recall_score

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)
# stroke-data-like table, 2.5 % positive
n = 3000
X = np.random.randn(n, 8)
z = 1.3 * X[:, 0] + 0.9 * X[:, 1] + 0.5 * X[:, 2] + np.random.logistic(0, 1, n)
y = (z > np.quantile(z, 0.975)).astype(np.float32)
X, y = torch.tensor(X, dtype=torch.float32), torch.tensor(y)
print("positives:", int(y.sum()), "of", n)
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
crit = nn.BCEWithLogitsLoss(pos_weight=(1 - y).sum() / y.sum())
opt = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(10):
    perm = torch.randperm(2000)
    for k in range(0, 2000, 32):
        b = perm[k:k + 32]
        loss = crit(model(X[b]).squeeze(1), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        pr = (model(X[2000:]).squeeze(1) > 0).float()
    t = y[2000:].numpy()
    print("epoch %d loss %.4f acc %.3f balanced %.3f recall %.3f" % (epoch, loss.item(), (pr.numpy() == t).mean(), balanced_accuracy_score(t, pr), recall_score(t, pr, zero_division=0)))
