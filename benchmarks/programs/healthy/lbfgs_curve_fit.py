"""Fit a damped oscillation with LBFGS."""

import torch

torch.manual_seed(0)
t = torch.linspace(0, 4, 200, dtype=torch.float64)
observed = 2.0 * torch.exp(-0.6 * t) * torch.cos(4.0 * t + 0.3)
observed = observed + 0.02 * torch.randn(200, dtype=torch.float64)

amp = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
decay = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
omega = torch.tensor(3.6, dtype=torch.float64, requires_grad=True)
phase = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)

optimizer = torch.optim.LBFGS([amp, decay, omega, phase], lr=0.5, max_iter=10)


def model():
    return amp * torch.exp(-decay * t) * torch.cos(omega * t + phase)


def closure():
    optimizer.zero_grad()
    loss = ((model() - observed) ** 2).mean()
    loss.backward()
    return loss


for it in range(25):
    loss = optimizer.step(closure)
    if it % 5 == 4:
        print(it + 1, loss.item())
for name, value in (("amp", amp), ("decay", decay), ("omega", omega), ("phase", phase)):
    print(f"{name} {value.item():.3f}")
