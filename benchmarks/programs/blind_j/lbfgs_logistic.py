# L-BFGS on a small net, full batch
import os
import torch
import torch.nn as nn
from sklearn.datasets import load_wine

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
X, y = load_wine(return_X_y=True)
X = torch.tensor(X, dtype=torch.float64); y = torch.tensor(y)
X = (X - X.mean(0)) / X.std(0)
perm = torch.randperm(len(X))
tr, te = perm[:130], perm[130:]

model = nn.Sequential(nn.Linear(13, 16), nn.Tanh(), nn.Linear(16, 3)).double()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=4, history_size=10, line_search_fn="strong_wolfe")

for i in range(40):
    def closure():
        optimizer.zero_grad()
        loss = criterion(model(X[tr]), y[tr])
        loss = loss + 1e-3 * sum((p ** 2).sum() for p in model.parameters() if p.ndim > 1)
        loss.backward()
        return loss
    loss = optimizer.step(closure)
    if i % 8 == 0:
        print("outer", i, "loss", round(loss.item(), 6))
with torch.no_grad():
    print("test accuracy", (model(X[te]).argmax(1) == y[te]).double().mean().item())
