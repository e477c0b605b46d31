# Next-value forecast of a noisy two-tone signal with a small MLP over a window.
import math

import torch
from torch import nn

torch.manual_seed(0)
t = torch.arange(3000) * 0.05
series = torch.sin(t) + 0.5 * torch.sin(2.7 * t + 1) + 0.05 * torch.randn(3000)
window = 24
X = torch.stack([series[i : i + window] for i in range(2900)])
Y = torch.stack([series[i + window] for i in range(2900)]).unsqueeze(1)
P = 0.9

net = nn.Sequential(
    nn.Linear(window, 32),
    nn.ReLU(),
    nn.Dropout(P),
    nn.Linear(32, 32),
    nn.ReLU(),
    nn.Dropout(P),
    nn.Linear(32, 1),
)
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
loss_fn = nn.MSELoss()
running = 0
for step in range(800):
    i = torch.randint(0, 2500, (64,))
    opt.zero_grad()
    loss = loss_fn(net(X[i]), Y[i])
    loss.backward()
    opt.step()
    running += loss.item()
    if step % 200 == 199:
        print(f"step {step + 1}: rmse {math.sqrt(running / 200):.3f}")
        running = 0
