"""Baseline for the federated experiments: one client, plain SGD."""

import argparse

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def digits(n, seed=1):
    rng = np.random.default_rng(seed)
    strokes = (rng.random((10, 784)) < 0.19) * rng.uniform(0.4, 1.0, (10, 784))
    y = rng.integers(0, 10, n)
    x = strokes[y] * (rng.random((n, 784)) < 0.6) + rng.normal(0, 0.25, (n, 784))
    return np.clip(x, 0, 1).astype("float32"), y


class MLP(nn.Module):
    def __init__(self, dim_in, dim_hidden, dim_out):
        super().__init__()
        self.layer_input = nn.Linear(dim_in, dim_hidden)
        self.layer_hidden = nn.Linear(dim_hidden, dim_hidden)
        self.layer_out = nn.Linear(dim_hidden, dim_out)
        self.dropout = nn.Dropout(0.2)
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        x = x.view(x.size(0), -1)
        x = self.dropout(F.relu(self.layer_input(x)))
        x = F.relu(self.layer_hidden(x))
        x = self.layer_out(x)
        return self.softmax(x)


def evaluate(net, loader):
    net.eval()
    hits = total = 0
    with torch.no_grad():
        for images, labels in loader:
            hits += (net(images).argmax(1) == labels).sum().item()
            total += len(labels)
    return 100.0 * hits / total


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--local_bs", type=int, default=10)
    parser.add_argument("--lr", type=float, default=0.01)
    parser.add_argument("--momentum", type=float, default=0.5)
    args = parser.parse_args()

    torch.manual_seed(1)
    x, y = digits(1800)
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    train = DataLoader(TensorDataset(x[:1400], y[:1400]), batch_size=args.local_bs, shuffle=True)
    test = DataLoader(TensorDataset(x[1400:], y[1400:]), batch_size=200)

    net = MLP(784, 200, 10)
    optimizer = torch.optim.SGD(net.parameters(), lr=args.lr, momentum=args.momentum)
    criterion = nn.CrossEntropyLoss()

    for epoch in range(args.epochs):
        net.train()
        losses = []
        for images, labels in train:
            net.zero_grad()
            loss = criterion(net(images), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        acc = evaluate(net, test)
        print(f"epoch {epoch}  loss {sum(losses) / len(losses):.4f}  test acc {acc:.1f}")


if __name__ == "__main__":
    main()
