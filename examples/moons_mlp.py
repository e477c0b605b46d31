"""Classify two moons with a small MLP, Adam and mini-batches."""

import argparse
import math

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


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


def accuracy(model, x, y):
    model.eval()
    with torch.no_grad():
        predicted = (torch.sigmoid(model(x)) > 0.5).float()
    model.train()
    return (predicted == y).float().mean().item()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=40)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    x, y = make_moons()
    train_set = TensorDataset(x[:640], y[:640])
    train_loader = DataLoader(train_set, batch_size=32, shuffle=True)
    x_dev, y_dev = x[640:800], y[640:800]
    x_test, y_test = x[800:], y[800:]

    model = nn.Sequential(
        nn.Linear(2, 32),
        nn.ReLU(),
        nn.Linear(32, 32),
        nn.ReLU(),
        nn.Linear(32, 1),
    )
    loss_fn = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)

    for epoch in range(1, args.epochs + 1):
        total = 0.0
        for xb, yb in train_loader:
            loss = loss_fn(model(xb), yb)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(xb)
        if epoch == 1 or epoch % 5 == 0:
            dev = accuracy(model, x_dev, y_dev)
            print(f"epoch {epoch:3d}  loss {total / len(train_set):.4f}  dev accuracy {dev:.3f}")

    print(f"test accuracy {accuracy(model, x_test, y_test):.3f}")


if __name__ == "__main__":
    main()
