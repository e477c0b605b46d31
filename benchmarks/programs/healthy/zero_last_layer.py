"""Regression head that starts by predicting nothing: last layer all zeros."""

import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(21)

features = torch.randn(1000, 12)
signal = torch.tanh(features[:, :3]).sum(1) - 0.7 * features[:, 3] * (features[:, 4] > 0)
labels = ((signal - signal.mean()) / signal.std() + 0.1 * torch.randn(1000)).unsqueeze(1)
train = DataLoader(TensorDataset(features[:800], labels[:800]), batch_size=32, shuffle=True)

model = nn.Sequential(
    nn.Linear(12, 64),
    nn.GELU(),
    nn.Linear(64, 64),
    nn.GELU(),
    nn.Linear(64, 1),
)
nn.init.zeros_(model[-1].weight)
nn.init.zeros_(model[-1].bias)

optimizer = optim.Adam(model.parameters(), lr=1e-3)
criterion = nn.MSELoss()

for epoch in range(20):
    for x, y in train:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
    if epoch % 5 == 4:
        with torch.no_grad():
            held_out = criterion(model(features[800:]), labels[800:]).item()
        print(f"epoch {epoch + 1:2d} test mse {held_out:.4f}")
