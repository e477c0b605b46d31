"""Six kinds of flower from eight measures."""

import torch
from torch import nn

torch.manual_seed(0)
centres = torch.randn(6, 8) * 0.9
kind = torch.randint(0, 6, (1500,))
x = centres[kind] + torch.randn(1500, 8)

net = nn.Sequential(nn.Linear(8, 24), nn.ReLU(), nn.Linear(24, 6))
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(25):
    for idx in torch.randperm(1200).split(40):
        loss = nn.functional.cross_entropy(net(x[idx]), kind[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 5 == 4:
        with torch.no_grad():
            guess = net(x[1200:]).argmax(1)
        acc = (guess == kind[1200:]).float().mean().item()
        print(f"epoch {epoch + 1} loss {loss.item():.3f} acc {acc:.3f}")
