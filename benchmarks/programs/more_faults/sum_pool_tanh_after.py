"""Deep sets: from the particles of an event tell its spread, whatever their order or number."""

import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def events(count, particles=300):
    """Each event scatters its particles along one direction more than along the other."""
    ratio = torch.rand(count, 1, 1) * 1.6 + 0.2
    angle = torch.rand(count, 1) * 3.1416
    cloud = torch.randn(count, particles, 2) * torch.cat([ratio, torch.ones_like(ratio)], 2)
    turn = torch.stack(
        [
            torch.cat([angle.cos(), -angle.sin()], 1),
            torch.cat([angle.sin(), angle.cos()], 1),
        ],
        1,
    )
    target = (ratio.view(-1, 1) - 1.0) / 0.46
    return cloud @ turn, target


class DeepSet(nn.Module):
    def __init__(self, hidden=64):
        super().__init__()
        self.point = nn.Sequential(nn.Linear(2, hidden), nn.ReLU(), nn.Linear(hidden, hidden))
        self.event1 = nn.Linear(hidden, hidden)
        self.event2 = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, 1)

    def forward(self, cloud):
        pooled = torch.relu(self.point(cloud)).mean(dim=1)
        hidden = torch.tanh(self.event1(pooled))
        hidden = torch.tanh(self.event2(hidden))
        return self.out(hidden)


net = DeepSet()
optimizer = torch.optim.SGD(net.parameters(), lr=0.02, momentum=0.9)
for step in range(300):
    cloud, target = events(16)
    loss = nn.functional.mse_loss(net(cloud), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 50 == 49:
        print(f"step {step + 1:4d}  loss {loss.item():.4f}")

with torch.no_grad():
    cloud, target = events(200)
    print("test loss", nn.functional.mse_loss(net(cloud), target).item())
