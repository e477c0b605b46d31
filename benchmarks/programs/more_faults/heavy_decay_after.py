"""Regularised classifier."""

import torch
from torch import nn, optim

torch.manual_seed(0)
hyper = {"lr": 0.02, "momentum": 0.9, "weight_decay": 5e-4, "epochs": 15, "width": 48}

x = torch.randn(1000, 20)
y = (x[:, :5] @ torch.randn(5, 4)).argmax(1)
net = nn.Sequential(
    nn.Linear(20, hyper["width"]),
    nn.ReLU(),
    nn.Linear(hyper["width"], hyper["width"]),
    nn.ReLU(),
    nn.Linear(hyper["width"], 4),
)
opt = optim.SGD(
    net.parameters(), lr=hyper["lr"], momentum=hyper["momentum"], weight_decay=hyper["weight_decay"]
)
for epoch in range(hyper["epochs"]):
    for idx in torch.randperm(800).split(32):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(x[idx]), y[idx])
        loss.backward()
        opt.step()
    if epoch % 3 == 2:
        with torch.no_grad():
            acc = (net(x[800:]).argmax(1) == y[800:]).float().mean().item()
        print(f"epoch {epoch + 1} loss {loss.item():.4f} acc {acc:.3f}")
