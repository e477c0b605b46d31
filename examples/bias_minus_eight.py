"""Two moons with five ReLU layers. What happens if the biases start far from zero?

Weights are drawn from N(0, 0.01^2), every bias starts at -8.
"""

import argparse
import math

import torch
from torch import nn


def two_moons(generator, n_samples=1000, noise=0.2):
    t = torch.linspace(0, math.pi, n_samples // 2)
    outer = torch.stack([torch.cos(t), torch.sin(t)], dim=1)
    inner = torch.stack([1 - torch.cos(t), 0.5 - torch.sin(t)], dim=1)
    points = torch.cat([outer, inner])
    points += noise * torch.randn(points.shape, generator=generator)
    labels = torch.cat([torch.zeros(n_samples // 2), torch.ones(n_samples // 2)]).unsqueeze(1)
    order = torch.randperm(n_samples, generator=generator)
    return points[order], labels[order]


class FiveLayers(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 3)
        self.fc2 = nn.Linear(3, 3)
        self.fc3 = nn.Linear(3, 3)
        self.fc4 = nn.Linear(3, 3)
        self.fc5 = nn.Linear(3, 1)
        self.act = nn.ReLU()

    def forward(self, x):
        x = self.act(self.fc1(x))
        x = self.act(self.fc2(x))
        x = self.act(self.fc3(x))
        x = self.act(self.fc4(x))
        return torch.sigmoid(self.fc5(x))


def init_weights(module):
    if isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=0.01)
        nn.init.constant_(module.bias, -8.0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=102)
    parser.add_argument("--epochs", type=int, default=300)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    generator = torch.Generator().manual_seed(args.seed)
    points, labels = two_moons(generator)
    train_x, train_y = points[:640], labels[:640]
    test_x, test_y = points[800:], labels[800:]

    model = FiveLayers()
    model.apply(init_weights)
    loss_fn = nn.BCELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    for epoch in range(args.epochs):
        loss = loss_fn(model(train_x), train_y)
        optimizer.zero_grad()
        loss.backward()
        if epoch == 0:
            for name, param in model.named_parameters():
                print(f"{name:12s} gradient norm {param.grad.norm():.4g}")
        optimizer.step()
        if epoch % 50 == 0 or epoch == args.epochs - 1:
            print(f"epoch {epoch:3d}  loss {loss:.5f}")

    with torch.no_grad():
        correct = (model(test_x) > 0.5).float() == test_y
    print(f"test accuracy {correct.float().mean():.3f}")


if __name__ == "__main__":
    main()
