# A model handed over in eval mode; it has neither dropout nor batch norm.
import torch
from torch import nn

torch.manual_seed(0)
t = torch.linspace(0, 1, 400).unsqueeze(1)
signal = torch.sin(6.28 * t) + 0.3 * torch.cos(18.8 * t) + 0.05 * torch.randn_like(t)


def build():
    net = nn.Sequential(nn.Linear(1, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1))
    return net.eval()


model = build()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for step in range(1200):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(2 * t - 1), signal)
    loss.backward()
    optimizer.step()
    if step % 300 == 299:
        print(step + 1, "mse", loss.item(), "training flag", model.training)
