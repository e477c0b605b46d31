"""The usual building blocks in one MLP: Linear, ReLU, BatchNorm1d, Dropout.

First I print the shape after every layer, then I train it on two moons.
"""

import argparse
import math

import torch
from torch import nn


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


def build_model():
    return nn.Sequential(
        nn.Linear(2, 64),
        nn.ReLU(),
        nn.BatchNorm1d(64),
        nn.Dropout(0.3),
        nn.Linear(64, 32),
        nn.ReLU(),
        nn.BatchNorm1d(32),
        nn.Dropout(0.3),
        nn.Linear(32, 1),
    )


def print_shapes(model, x):
    model.eval()
    print(f"{'input':12s} {tuple(x.shape)}")
    with torch.no_grad():
        for layer in model:
            x = layer(x)
            print(f"{layer.__class__.__name__:12s} {tuple(x.shape)}")


def evaluate(model, loss_fn, x, y):
    model.eval()
    with torch.no_grad():
        logits = model(x)
        accuracy = ((logits > 0).float() == y).float().mean().item()
        return loss_fn(logits, y).item(), accuracy


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=40)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    x, y = make_moons()
    x_train, y_train = x[:640], y[:640]
    x_dev, y_dev = x[640:800], y[640:800]
    x_test, y_test = x[800:], y[800:]

    model = build_model()
    print_shapes(model, x_train[:64])

    loss_fn = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for epoch in range(1, args.epochs + 1):
        model.train()
        total = 0.0
        for batch in torch.randperm(len(x_train)).split(64):
            loss = loss_fn(model(x_train[batch]), y_train[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        if epoch == 1 or epoch % 5 == 0:
            dev_loss, dev_accuracy = evaluate(model, loss_fn, x_dev, y_dev)
            print(
                f"epoch {epoch:3d}  train loss {total / len(x_train):.4f}  "
                f"dev loss {dev_loss:.4f}  dev accuracy {dev_accuracy:.3f}"
            )

    test_loss, test_accuracy = evaluate(model, loss_fn, x_test, y_test)
    print(f"test loss {test_loss:.4f}  test accuracy {test_accuracy:.3f}")


if __name__ == "__main__":
    main()
