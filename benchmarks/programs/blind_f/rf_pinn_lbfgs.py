"""PINN for a damped oscillator  u'' + 0.4 u' + 4 u = 0, u(0)=1, u'(0)=0. Adam first, then L-BFGS with a closure."""
import math
import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Mlp(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(1, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1))
        for m in self.net:
            if isinstance(m, nn.Linear):
                nn.init.xavier_normal_(m.weight)
                nn.init.zeros_(m.bias)

    def forward(self, t):
        return self.net(t / 2.0 - 1.0)


def d(u, t):
    return torch.autograd.grad(u, t, torch.ones_like(u), create_graph=True)[0]


net = Mlp()
t = torch.linspace(0, 4, 80)[:, None].requires_grad_(True)
t0 = torch.zeros(1, 1, requires_grad=True)


def physics():
    u = net(t)
    du = d(u, t)
    res = d(du, t) + 0.4 * du + 4 * u
    u0 = net(t0)
    return res.pow(2).mean(), (u0 - 1).pow(2).mean() + d(u0, t0).pow(2).mean()


opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for it in range(400):
    r, ic = physics()
    loss = r + 20 * ic
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 100 == 0:
        print(f"adam {it} residual {r.item():.4f} ic {ic.item():.5f}")

lbfgs = torch.optim.LBFGS(net.parameters(), lr=1.0, max_iter=10, history_size=20, line_search_fn="strong_wolfe")


def closure():
    lbfgs.zero_grad()
    r, ic = physics()
    total = r + 20 * ic
    total.backward()
    return total


for it in range(25):
    value = lbfgs.step(closure)
    if it % 5 == 0:
        print(f"lbfgs {it} loss {value.item():.6f}")
w = math.sqrt(4 - 0.04)
with torch.no_grad():
    exact = torch.exp(-0.2 * t) * (torch.cos(w * t) + 0.2 / w * torch.sin(w * t))
    rel = ((net(t) - exact).norm() / exact.norm()).item()
print(f"relative L2 error {rel:.4f}")
