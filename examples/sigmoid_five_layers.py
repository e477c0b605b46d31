"""A five-layer network on two moons, sigmoid in every layer.

Weights are drawn from N(0, 0.01^2) and biases are 1.
After the first epoch I print how large the gradient of each parameter is, then I keep training.
"""

import argparse
import math

import torch
import torch.nn.functional as F
from torch import nn, optim


def make_moons(n_samples=1000, noise=0.2):
    half = n_samples // 2
    t = torch.linspace(0, math.pi, half)
    outer = torch.stack([torch.cos(t), torch.sin(t)], dim=1)
    inner = torch.stack([1 - torch.cos(t), 0.5 - torch.sin(t)], dim=1)
    x = torch.cat([outer, inner])
    x = x + noise * torch.randn_like(x)
    y = torch.cat([torch.zeros(half, 1), torch.ones(half, 1)])
    order = torch.randperm(n_samples)
    return x[order], y[order]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 3)
        self.fc2 = nn.Linear(3, 3)
        self.fc3 = nn.Linear(3, 3)
        self.fc4 = nn.Linear(3, 3)
        self.fc5 = nn.Linear(3, 1)
        for layer in (self.fc1, self.fc2, self.fc3, self.fc4, self.fc5):
            nn.init.normal_(layer.weight, mean=0.0, std=0.01)
            nn.init.constant_(layer.bias, 1.0)

    def forward(self, x):
        x = torch.sigmoid(self.fc1(x))
        x = torch.sigmoid(self.fc2(x))
        x = torch.sigmoid(self.fc3(x))
        x = torch.sigmoid(self.fc4(x))
        return torch.sigmoid(self.fc5(x))


def accuracy(net, x, y):
    with torch.no_grad():
        return ((net(x) > 0.5).float() == y).float().mean().item()


parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=111)
parser.add_argument("--epochs", type=int, default=300)
args = parser.parse_args()

torch.manual_seed(args.seed)
x, y = make_moons()
x_train, y_train = x[:640], y[:640]
x_dev, y_dev = x[640:800], y[640:800]
x_test, y_test = x[800:], y[800:]

net = Net()
optimizer = optim.SGD(net.parameters(), lr=0.01)

for epoch in range(1, args.epochs + 1):
    optimizer.zero_grad()
    loss = F.binary_cross_entropy(net(x_train), y_train)
    loss.backward()
    optimizer.step()

    if epoch == 1:
        print("gradient norms after the first epoch")
        for name, param in net.named_parameters():
            print(f"  {name:12s} {param.grad.norm().item():.3e}")
    if epoch == 1 or epoch % 50 == 0:
        dev = accuracy(net, x_dev, y_dev)
        print(f"epoch {epoch:4d}  loss {loss.item():.5f}  dev accuracy {dev:.3f}")

print(f"test accuracy {accuracy(net, x_test, y_test):.3f}")
