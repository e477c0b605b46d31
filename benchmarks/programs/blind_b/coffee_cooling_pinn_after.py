"""Physics-informed network for Newton's law of cooling   dT/dt = -k (T - T_env)
Measurements in the first minutes only, the ODE residual fills in the rest."""
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

T_ENV, T0, K = 0.0, 1.0, 0.003          # temperature in units of (T0 - T_env), k per second
T_END = 1000.0                          # seconds
T_REF = T_END


def exact(t):
    return T_ENV + (T0 - T_ENV) * np.exp(-K * t)


t_data = np.linspace(0, 300, 12)
y_data = exact(t_data) + 0.01 * np.random.randn(12)
t_data = torch.tensor(t_data / T_REF, dtype=torch.float32).view(-1, 1)
y_data = torch.tensor(y_data, dtype=torch.float32).view(-1, 1)
t_phys = torch.linspace(0, T_END / T_REF, 60).view(-1, 1).requires_grad_(True)


class PINN(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(1, width), nn.Tanh(),
            nn.Linear(width, width), nn.Tanh(),
            nn.Linear(width, width), nn.Tanh(),
            nn.Linear(width, 1),
        )

    def forward(self, t):
        return self.net(t)


net = PINN()
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
k = K * T_REF

for it in range(1000):
    opt.zero_grad()
    loss_data = ((net(t_data) - y_data) ** 2).mean()
    u = net(t_phys)
    du = torch.autograd.grad(u, t_phys, torch.ones_like(u), create_graph=True)[0]
    residual = du / k + (u - T_ENV)
    loss_phys = (residual ** 2).mean()
    loss = loss_data + 0.5 * loss_phys
    loss.backward()
    opt.step()
    if it % 300 == 0:
        print(f"{it:5d} data {loss_data.item():.5f} physics {loss_phys.item():.5f}")

tt = np.linspace(0, T_END, 200)
with torch.no_grad():
    pred = net(torch.tensor(tt / T_REF, dtype=torch.float32).view(-1, 1)).numpy().ravel()
err = np.sqrt(np.mean((pred - exact(tt)) ** 2))
print(f"rmse against the exact curve {err:.4f}  (std of the curve {exact(tt).std():.4f})")
