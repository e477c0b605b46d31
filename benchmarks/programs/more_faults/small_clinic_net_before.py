"""Ninety patients, a wide net, three hundred epochs: the validation loss only climbs."""

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

model = nn.Sequential(
    nn.Linear(24, 256),
    nn.ReLU(),
    nn.Linear(256, 256),
    nn.ReLU(),
    nn.Linear(256, 1),
)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

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
