import torch
from torch import nn


def data(n=1000):
    g = torch.Generator().manual_seed(0)
    x = torch.rand(n, 2, generator=g) * 4 - 2
    y = (torch.sin(2 * x[:, 0]) > x[:, 1]).float()
    return x, y


def run(lr, steps=500):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))
    opt = torch.optim.Adam(net.parameters(), lr=lr)
    x, y = data()
    for _ in range(steps):
        idx = torch.randint(0, len(x), (64,))
        loss = nn.functional.binary_cross_entropy_with_logits(net(x[idx]).squeeze(1), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        return ((net(x).squeeze(1) > 0).float() == y).float().mean().item()


results = {lr: run(lr) for lr in (1e-3, 3e-3, 1e-2)}
for lr, acc in results.items():
    print(f"lr {lr:g}: accuracy {acc:.3f}")
