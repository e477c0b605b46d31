"""House prices, standardised."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.randn(800, 7)
price = 250_000 + 60_000 * x[:, 0] + 40_000 * torch.tanh(x[:, 1]) * x[:, 2]
price = (price + 5_000 * torch.randn(800)).unsqueeze(1)
price = (price - price.mean()) / price.std()
train = DataLoader(TensorDataset(x[:640], price[:640]), batch_size=32, shuffle=True)

model = nn.Sequential(nn.Linear(7, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
criterion = nn.MSELoss()
for epoch in range(40):
    for xb, yb in train:
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
    if epoch % 8 == 7:
        with torch.no_grad():
            mse = criterion(model(x[640:]), price[640:]).item()
        print(f"epoch {epoch + 1} test R2 {1 - mse / price[640:].var().item():.3f}")
