"""Physics-informed network for the damped oscillator u'' + 2*d*u' + w^2*u = 0, u(0)=1, u'(0)=0."""
import os
import math
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

d, w0 = 0.6, 4.0
w = math.sqrt(w0 ** 2 - d ** 2)


def exact(t):
    return torch.exp(-d * t) * (torch.cos(w * t) + d / w * torch.sin(w * t))


class FCN(nn.Module):
    def __init__(self, n_hidden=32, n_layers=3):
        super().__init__()
        layers = [nn.Linear(1, n_hidden), nn.Tanh()]
        for _ in range(n_layers - 1):
            layers += [nn.Linear(n_hidden, n_hidden), nn.Tanh()]
        layers += [nn.Linear(n_hidden, 1)]
        self.net = nn.Sequential(*layers)

    def forward(self, t):
        return self.net(t)


pinn = FCN()
t_physics = torch.linspace(0, 2, 40).view(-1, 1).requires_grad_(True)
t0 = torch.zeros(1, 1, requires_grad=True)
t_obs = torch.linspace(0.1, 1.0, 6).view(-1, 1)
u_obs = exact(t_obs)

optimizer = torch.optim.Adam(pinn.parameters(), lr=5e-3)
for i in range(1200):
    optimizer.zero_grad()

    # boundary loss
    u0 = pinn(t0)
    du0 = torch.autograd.grad(u0, t0, torch.ones_like(u0), create_graph=True)[0]
    loss_b = (u0 - 1).pow(2).mean() + 1e-1 * du0.pow(2).mean()

    # physics loss
    u = pinn(t_physics)
    du = torch.autograd.grad(u, t_physics, torch.ones_like(u), create_graph=True)[0]
    d2u = torch.autograd.grad(du, t_physics, torch.ones_like(du), create_graph=True)[0]
    loss_p = (d2u + 2 * d * du + w0 ** 2 * u).pow(2).mean()

    # a few measurements
    loss_d = (pinn(t_obs) - u_obs).pow(2).mean()

    loss = loss_b + 1e-3 * loss_p + loss_d
    loss.backward()
    optimizer.step()
    if i % 200 == 0:
        print(f"iter {i:5d} loss {loss.item():.6f}")

with torch.no_grad():
    t = torch.linspace(0, 2, 200).view(-1, 1)
    err = (pinn(t) - exact(t)).norm() / exact(t).norm()
print(f"relative L2 error {err.item():.4f}")
