"""Drawdown of a portfolio (always at or below zero) from market factors."""

import torch
from torch import nn

torch.manual_seed(5)
factors = torch.randn(800, 6)
drawdown = -torch.nn.functional.softplus(factors @ torch.tensor([1.0, -0.7, 0.5, 0.0, 0.3, -0.2]))
drawdown = drawdown.unsqueeze(1) + 0.05 * torch.randn(800, 1).abs().neg()


def dense_relu(n_in, n_out):
    return [nn.Linear(n_in, n_out), nn.ReLU()]


model = nn.Sequential(*dense_relu(6, 32), *dense_relu(32, 16), *dense_relu(16, 1))
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(25):
    for idx in torch.randperm(800).split(40):
        loss = nn.functional.l1_loss(model(factors[idx]), drawdown[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 5 == 4:
        with torch.no_grad():
            out = model(factors)
            mae = (out - drawdown).abs().mean().item()
        print(f"epoch {epoch + 1} mae {mae:.4f} mean output {out.mean().item():.4f}")
