import math

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)

day = torch.rand(900) * 365
hour = torch.rand(900) * 24
temperature = 14 - 9 * torch.cos(2 * math.pi * day / 365) - 4 * torch.cos(2 * math.pi * hour / 24)
temperature = temperature + torch.randn(900)
features = torch.stack(
    [
        torch.sin(2 * math.pi * day / 365),
        torch.cos(2 * math.pi * day / 365),
        torch.sin(2 * math.pi * hour / 24),
        torch.cos(2 * math.pi * hour / 24),
    ],
    dim=1,
)
mean, std = temperature.mean(), temperature.std()
temperature = (temperature - mean) / std
loader = DataLoader(TensorDataset(features, temperature.unsqueeze(1)), batch_size=30, shuffle=True)


class Weather(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 1))

    def forward(self, x):
        return self.net(x)


model = Weather()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(20):
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1} mse {total / len(loader):.4f}")
print("variance", temperature.var().item())
