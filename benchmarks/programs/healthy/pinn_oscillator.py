"""Physics-informed network for u'' + u = 0, u(0) = 1, u'(0) = 0 on [0, 3]."""

import torch
from torch import nn

torch.manual_seed(0)


class PINN(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(1, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1)
        )

    def forward(self, t):
        return self.net(t)


def derivative(y, x):
    return torch.autograd.grad(y, x, torch.ones_like(y), create_graph=True)[0]


model = PINN()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
t0 = torch.zeros(1, 1, requires_grad=True)

for step in range(1200):
    t = (3 * torch.rand(64, 1)).requires_grad_(True)
    u = model(t)
    du = derivative(u, t)
    ddu = derivative(du, t)
    u0 = model(t0)
    du0 = derivative(u0, t0)
    physics = (ddu + u).pow(2).mean()
    initial = (u0 - 1).pow(2).mean() + du0.pow(2).mean()
    loss = physics + 5 * initial
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 300 == 299:
        with torch.no_grad():
            grid = torch.linspace(0, 3, 100).unsqueeze(1)
            err = (model(grid) - torch.cos(grid)).abs().max().item()
        print(f"step {step + 1} loss {loss.item():.2e} max error {err:.4f}")
