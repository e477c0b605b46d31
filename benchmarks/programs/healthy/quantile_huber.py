"""Three regressions on the same data: L1, Huber and the 10/90 % quantiles."""

import torch
from torch import nn


class QuantileLoss(nn.Module):
    def __init__(self, quantiles):
        super().__init__()
        self.register_buffer("q", torch.tensor(quantiles))

    def forward(self, pred, target):
        e = target - pred
        return torch.maximum(self.q * e, (self.q - 1) * e).mean()


def make_net(n_out):
    return nn.Sequential(
        nn.Linear(1, 40), nn.Tanh(), nn.Linear(40, 40), nn.Tanh(), nn.Linear(40, n_out)
    )


def train(net, loss_fn, x, y, epochs=35, lr=5e-3):
    opt = torch.optim.Adam(net.parameters(), lr=lr)
    for epoch in range(epochs):
        for idx in torch.randperm(len(x)).split(64):
            loss = loss_fn(net(x[idx]), y[idx])
            opt.zero_grad()
            loss.backward()
            opt.step()
    return net


torch.manual_seed(0)
x = torch.rand(1500, 1) * 4 - 2
y = torch.sin(2 * x) + 0.1 * (1 + x.abs()) * torch.randn(1500, 1)
y[::50] += 4 * torch.randn(30, 1)

truth = torch.sin(2 * x)
for name, loss_fn in (("l1", nn.L1Loss()), ("huber", nn.HuberLoss(delta=0.5))):
    net = train(make_net(1), loss_fn, x, y)
    with torch.no_grad():
        print(name, "distance to the truth", (net(x) - truth).abs().mean().item())

net = train(make_net(2), QuantileLoss([0.1, 0.9]), x, y)
with torch.no_grad():
    band = net(x)
inside = ((y > band[:, :1]) & (y < band[:, 1:])).float().mean().item()
print("inside the 10-90 band:", inside)
