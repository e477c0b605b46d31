"""Visitors per hour: never negative, so the output is a ReLU."""

import math

import torch
import torch.nn as nn

torch.manual_seed(17)
hour = torch.randint(0, 24, (1500,))
weekend = (torch.rand(1500) < 2 / 7).float()
mean = 2.5 + 2.0 * torch.sin((hour - 6) * math.pi / 12) + 1.0 * weekend
visitors = torch.poisson(mean.clamp(min=0.2)).unsqueeze(1)
x = torch.stack(
    [torch.sin(hour * math.pi / 12), torch.cos(hour * math.pi / 12), weekend * 2 - 1], dim=1
)

net = nn.Sequential(nn.Linear(3, 32), nn.ReLU(), nn.Linear(32, 1), nn.ReLU())
nn.init.constant_(net[2].bias, visitors[:1200].mean().item())
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
loss_fn = nn.MSELoss()

for epoch in range(20):
    for idx in torch.randperm(1200).split(50):
        opt.zero_grad()
        loss = loss_fn(net(x[idx]), visitors[idx])
        loss.backward()
        opt.step()
    if epoch % 5 == 4:
        with torch.no_grad():
            off = (net(x[1200:]).squeeze(1) - mean[1200:]).abs().mean().item()
        print(f"epoch {epoch + 1} loss {loss.item():.3f} mean distance to the true rate {off:.3f}")
