import copy

import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(900, 15)
y = torch.tanh(X[:, 0] - X[:, 1]) + 0.5 * X[:, 2] + 0.3 * torch.randn(900)
X_tr, y_tr, X_va, y_va = X[:700], y[:700], X[700:], y[700:]

model = nn.Sequential(nn.Linear(15, 48), nn.ReLU(), nn.Linear(48, 1), nn.Flatten(0))
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
loss_fn = nn.MSELoss()
best, best_state, patience, bad = float("inf"), None, 4, 0

for epoch in range(100):
    for idx in torch.randperm(700).split(35):
        optimizer.zero_grad()
        loss = loss_fn(model(X_tr[idx]), y_tr[idx])
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        val = loss_fn(model(X_va), y_va).item()
    if val < best - 1e-4:
        best, best_state, bad = val, copy.deepcopy(model.state_dict()), 0
    else:
        bad += 1
    print(f"epoch {epoch} val {val:.4f}{' *' if bad == 0 else ''}")
    if bad == patience:
        print("stopping early")
        break

model.load_state_dict(best_state)
print("best validation loss", best, "of variance", y_va.var().item())
