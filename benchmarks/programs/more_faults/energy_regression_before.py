import torch
from torch import nn, optim

torch.manual_seed(0)
n = 600
building = torch.randn(n, 8)
load = 3.0 * building[:, :1] - 2.0 * building[:, 1:2] ** 2 + building[:, 2:3] * building[:, 3:4]
load = (load - load.mean()) / load.std()

model = nn.Sequential(
    nn.Linear(8, 64),
    nn.ReLU(),
    nn.Linear(64, 64),
    nn.ReLU(),
    nn.Linear(64, 32),
    nn.ReLU(),
    nn.Linear(32, 1),
)
optimizer = optim.SGD(model.parameters(), lr=2.0)
loss_fn = nn.MSELoss()
for epoch in range(40):
    epoch_loss = 0.0
    for idx in torch.randperm(n).split(32):
        optimizer.zero_grad()
        loss = loss_fn(model(building[idx]), load[idx])
        loss.backward()
        optimizer.step()
        epoch_loss += loss.item() * len(idx)
    if epoch % 8 == 7 or epoch == 0:
        print(f"epoch {epoch + 1}: mse {epoch_loss / n:.4g}")
