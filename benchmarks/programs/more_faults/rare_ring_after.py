"""Find the few defects (3 %): they lie in a ring around the middle of two measures."""

import torch
from torch import nn

torch.manual_seed(0)
n = 4000
y = (torch.rand(n, 1) < 0.03).float()
angle = torch.rand(n, 1) * 6.2832
ring = 2.2 * torch.cat([angle.cos(), angle.sin()], 1) + 0.15 * torch.randn(n, 2)
x = torch.where(y > 0, ring, torch.randn(n, 2))
x = torch.cat([x, torch.randn(n, 6)], 1)

net = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.2, momentum=0.9)
criterion = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(30.0))
for step in range(300):
    loss = criterion(net(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 60 == 59:
        with torch.no_grad():
            found = (net(x)[y > 0] > 0).float().mean().item()
        print(f"step {step + 1} loss {loss.item():.4f} defects found {found:.3f}")
