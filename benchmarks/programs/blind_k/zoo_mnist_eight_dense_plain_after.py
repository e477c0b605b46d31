# -*- coding: utf-8 -*-
"""MNIST dense model taken from a model zoo, ported from Keras (h5 config) to PyTorch."""
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)


def load_mnist_like():
    d = load_digits()
    img = np.kron(d.images, np.ones((1, 3, 3)))           # 8x8 -> 24x24
    img = np.pad(img, ((0, 0), (2, 2), (2, 2))) / 16.0     # 28x28, 0..1
    x = torch.tensor(img.reshape(len(img), 784), dtype=torch.float32)
    y = torch.tensor(d.target)
    perm = torch.randperm(len(x))
    return x[perm[:1500]], y[perm[:1500]], x[perm[1500:]], y[perm[1500:]]


def build(config):
    layers, width = [], 784
    for units in config["units"]:
        fc = nn.Linear(width, units)
        nn.init.kaiming_uniform_(fc.weight, nonlinearity="relu")
        nn.init.zeros_(fc.bias)
        layers += [fc, nn.ReLU()]
        width = units
    out = nn.Linear(width, 10)
    nn.init.xavier_uniform_(out.weight)
    nn.init.zeros_(out.bias)
    layers.append(out)
    return nn.Sequential(*layers)


def main():
    config = {"units": [64] * 8, "optimizer": "SGD", "lr": 0.01, "batch": 32, "epochs": 14}
    x, y, xv, yv = load_mnist_like()
    model = build(config)
    opt = torch.optim.SGD(model.parameters(), lr=config["lr"], momentum=0.9)
    loss_fn = nn.CrossEntropyLoss()
    loader = DataLoader(TensorDataset(x, y), batch_size=config["batch"], shuffle=True)
    for epoch in range(config["epochs"]):
        total = 0.0
        for xb, yb in loader:
            opt.zero_grad()
            loss = loss_fn(model(xb), yb)
            loss.backward()
            opt.step()
            total += loss.item() * len(xb)
        print(f"epoch {epoch:2d} loss {total / len(x):.4f}")
    with torch.no_grad():
        acc = (model(xv).argmax(1) == yv).float().mean().item()
    print("val_accuracy", round(acc, 4))


if __name__ == "__main__":
    main()
