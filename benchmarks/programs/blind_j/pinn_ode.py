"""
Physics-informed network for u'' + u = 0, u(0) = 0, u'(0) = 1 on [0, 2 pi].
"""
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class PINN(nn.Module):
    def __init__(self, width=32, depth=3):
        super().__init__()
        layers = [nn.Linear(1, width), nn.Tanh()]
        for _ in range(depth - 1):
            layers += [nn.Linear(width, width), nn.Tanh()]
        layers.append(nn.Linear(width, 1))
        self.net = nn.Sequential(*layers)
        for m in self.net:
            if isinstance(m, nn.Linear):
                nn.init.xavier_normal_(m.weight)
                nn.init.zeros_(m.bias)

    def forward(self, t):
        return self.net(t / torch.pi - 1)


def d(y, t):
    return torch.autograd.grad(y.sum(), t, create_graph=True)[0]


net = PINN()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 1000, eta_min=1e-4)
t0 = torch.zeros(1, 1, requires_grad=True)
for step in range(1000):
    t = (torch.rand(48, 1) * 2 * torch.pi).requires_grad_(True)
    u = net(t)
    res = d(d(u, t), t) + u
    u0 = net(t0)
    loss_ic = u0.pow(2).sum() + (d(u0, t0) - 1).pow(2).sum()
    loss = res.pow(2).mean() + 5 * loss_ic
    opt.zero_grad()
    loss.backward()
    opt.step()
    sched.step()
    if step % 200 == 0:
        print(f"{step}: residual {res.pow(2).mean().item():.2e} ic {loss_ic.item():.2e}")
tt = torch.linspace(0, 2 * torch.pi, 200)[:, None]
with torch.no_grad():
    err = (net(tt) - tt.sin()).abs().max().item()
print("max error against sin(t):", round(err, 4))
