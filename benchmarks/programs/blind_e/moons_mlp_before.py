import argparse
import os
import torch
import torch.nn as nn
from sklearn.datasets import make_moons

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=1.0)
parser.add_argument("--epochs", type=int, default=60)
parser.add_argument("--hidden", type=int, default=128)
args = parser.parse_args([])
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def get_data(n, seed):
    X, y = make_moons(n_samples=n, noise=0.15, random_state=seed)
    return torch.tensor(X).float(), torch.tensor(y).float().reshape(-1, 1)


def build(h):
    return nn.Sequential(
        nn.Linear(2, h), nn.ReLU(),
        nn.Linear(h, h), nn.ReLU(),
        nn.Linear(h, h), nn.ReLU(),
        nn.Linear(h, h), nn.ReLU(),
        nn.Linear(h, 1),
    )


def main():
    X, y = get_data(500, SEED)
    Xv, yv = get_data(200, SEED + 100)
    model = build(args.hidden)
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
    criterion = nn.BCEWithLogitsLoss()
    for epoch in range(args.epochs):
        perm = torch.randperm(len(X))
        for s in range(0, len(X), 50):
            b = perm[s:s + 50]
            loss = criterion(model(X[b]), y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if epoch % 10 == 0:
            print("epoch", epoch, "loss", loss.item())
    with torch.no_grad():
        val = criterion(model(Xv), yv).item()
        acc = ((model(Xv) > 0).float() == yv).float().mean().item()
    print("val loss", val, "val acc", acc)


main()
