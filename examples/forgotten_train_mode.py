"""Two moons again, with BatchNorm and Dropout, and the dev score on the way.

The score comes from evaluate(), which puts the model in eval mode first, as one should.
I print it before the first epoch too.
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

    loss_fn = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    dev_loss, dev_accuracy = evaluate(model, loss_fn, x_dev, y_dev)
    print(f"before     dev loss {dev_loss:.4f}  dev accuracy {dev_accuracy:.3f}")
    for epoch in range(1, args.epochs + 1):
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
