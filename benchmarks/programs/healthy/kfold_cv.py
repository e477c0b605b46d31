"""Five-fold cross-validation: a fresh model per fold."""

import numpy as np
import torch
from sklearn.datasets import make_regression
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler
from torch import nn

X, y = make_regression(n_samples=400, n_features=10, n_informative=6, noise=8.0, random_state=1)
X, y = X.astype(np.float32), y.astype(np.float32).reshape(-1, 1)


def train_fold(X_tr, y_tr, X_va, y_va, epochs=60):
    sx, sy = StandardScaler().fit(X_tr), StandardScaler().fit(y_tr)
    X_tr, X_va = torch.tensor(sx.transform(X_tr)), torch.tensor(sx.transform(X_va))
    y_tr, y_va = torch.tensor(sy.transform(y_tr)), torch.tensor(sy.transform(y_va))
    model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1))
    opt = torch.optim.Adam(model.parameters(), lr=5e-3, weight_decay=1e-4)
    for _ in range(epochs):
        for idx in torch.randperm(len(X_tr)).split(40):
            opt.zero_grad()
            loss = nn.functional.mse_loss(model(X_tr[idx]), y_tr[idx])
            loss.backward()
            opt.step()
    with torch.no_grad():
        return 1 - nn.functional.mse_loss(model(X_va), y_va).item() / y_va.var().item()


torch.manual_seed(0)
scores = []
for fold, (tr, va) in enumerate(KFold(5, shuffle=True, random_state=0).split(X)):
    r2 = train_fold(X[tr], y[tr], X[va], y[va])
    scores.append(r2)
    print(f"fold {fold}: R2 {r2:.3f}")
print(f"mean {np.mean(scores):.3f} +- {np.std(scores):.3f}")
