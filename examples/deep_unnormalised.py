"""A deep MLP on three clouds of points.

Thirty hidden layers of 64 ReLU units, all weights drawn from N(0, 0.5^2), trained with SGD.
"""

import argparse

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def make_blobs(n_samples=600, n_features=10, n_classes=3):
    centres = 3 * torch.randn(n_classes, n_features)
    labels = torch.arange(n_samples) % n_classes
    return centres[labels] + torch.randn(n_samples, n_features), labels


class DeepNet(nn.Module):
    def __init__(self, n_features=10, n_classes=3, width=64, depth=30):
        super().__init__()
        sizes = [n_features] + [width] * depth
        self.hidden = nn.ModuleList(
            [nn.Linear(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1)]
        )
        self.out = nn.Linear(width, n_classes)
        for layer in [*self.hidden, self.out]:
            nn.init.normal_(layer.weight, 0.0, 0.5)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        for layer in self.hidden:
            x = F.relu(layer(x))
        return self.out(x)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=5)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    x, y = make_blobs()
    loader = DataLoader(TensorDataset(x[:500], y[:500]), batch_size=50, shuffle=True)

    model = DeepNet()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    for epoch in range(args.epochs):
        for step, (xb, yb) in enumerate(loader):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(xb), yb)
            loss.backward()
            optimizer.step()
            if step % 5 == 0:
                print(f"epoch {epoch}  step {step:2d}  loss {loss.item():.4g}")

    with torch.no_grad():
        accuracy = (model(x[500:]).argmax(1) == y[500:]).float().mean().item()
    print(f"test accuracy {accuracy:.3f}")


if __name__ == "__main__":
    main()
