"""Ninety patients, a small net with weight decay, stopped once the validation loss turns."""

import copy

import torch
from torch import nn

torch.manual_seed(0)


def patients(count, weights):
    x = torch.randn(count, 24)
    risk = x[:, :6] @ weights + 1.0 * torch.randn(count)
    return x, (risk > 0).float().unsqueeze(1)


weights = torch.randn(6)
x_train, y_train = patients(90, weights)
x_val, y_val = patients(400, weights)

model = nn.Sequential(nn.Linear(24, 8), nn.ReLU(), nn.Linear(8, 1))
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.1)

best_loss, best, waited = float("inf"), None, 0
for epoch in range(300):
    model.train()
    order = torch.randperm(90)
    for part in order.split(30):
        optimizer.zero_grad()
        loss = criterion(model(x_train[part]), y_train[part])
        loss.backward()
        optimizer.step()

    model.eval()
    with torch.no_grad():
        val_loss = criterion(model(x_val), y_val).item()
    if epoch % 30 == 0:
        print(f"epoch {epoch:3d}  train {loss.item():.4f}  val {val_loss:.4f}")
    if val_loss < best_loss:
        best_loss, best, waited = val_loss, copy.deepcopy(model.state_dict()), 0
    else:
        waited += 1
        if waited == 5:
            break

model.load_state_dict(best)
print(f"best validation loss {best_loss:.4f} at the end of training")
