"""House prices in dollars from six standardised features."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.randn(1000, 6)
price = 250_000 + 60_000 * x[:, :1] + 30_000 * x[:, 1:2] * (x[:, 2:3] > 0)
price = price + 10_000 * torch.randn(1000, 1)
y = (price - price.mean()) / price.std()

loader = DataLoader(TensorDataset(x, y), batch_size=50, shuffle=True)
model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(30):
    total = 0.0
    for xb, yb in loader:
        loss = nn.functional.mse_loss(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    if epoch % 5 == 4:
        r2 = 1 - total / len(loader) / y.var().item()
        print(f"epoch {epoch + 1} loss {total / len(loader):.4g} R2 {r2:.3f}")
