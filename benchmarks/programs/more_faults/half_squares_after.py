"""Mixed precision for a regression on rainfall."""

import torch
import torch.nn as nn

torch.manual_seed(0)
x = torch.randn(800, 10)
rain = 600 + 150 * x[:, :3].sum(1, keepdim=True) + 50 * torch.randn(800, 1)

net = nn.Sequential(nn.Linear(10, 48), nn.ReLU(), nn.Linear(48, 1))
opt = torch.optim.Adam(net.parameters(), lr=0.1)
for epoch in range(60):
    for idx in torch.randperm(800).split(80):
        with torch.autocast("cpu", dtype=torch.float16):
            guess = net(x[idx])
            error = guess.float() - rain[idx]
            loss = (error * error).mean().sqrt()
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 12 == 11:
        print(f"epoch {epoch + 1} rmse {loss.item():.2f}")
