"""Ten hidden layers, PyTorch's default initialisation, Adam."""

import torch
from torch import nn


def mlp(sizes):
    layers = []
    for a, b in zip(sizes[:-2], sizes[1:-1]):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(sizes[-2], sizes[-1]))


torch.manual_seed(0)
X = torch.randn(2400, 6)
r = X[:, :3].norm(dim=1)
y = (r > r.median()).long()

net = mlp([6] + [64] * 10 + [2])
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
for epoch in range(10):
    for idx in torch.randperm(2000).split(40):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(X[idx]), y[idx])
        loss.backward()
        opt.step()
    if epoch % 2 == 1:
        with torch.no_grad():
            acc = (net(X[2000:]).argmax(1) == y[2000:]).float().mean().item()
        print(f"epoch {epoch + 1} loss {loss.item():.3f} acc {acc:.3f}")
