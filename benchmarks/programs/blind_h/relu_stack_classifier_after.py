import argparse
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--stddev", type=float, default=0.1)
parser.add_argument("--steps", type=int, default=500)
args, _ = parser.parse_known_args()
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)


def digits28(rng):
    d = load_digits()
    im = np.pad(np.kron(d.images / 16.0, np.ones((1, 3, 3))), ((0, 0), (2, 2), (2, 2)))
    p = rng.permutation(len(im))
    x = torch.tensor(im[p].reshape(-1, 784), dtype=torch.float32)
    y = torch.tensor(d.target[p])
    return x[:1400], y[:1400], x[1400:], y[1400:]

x_train, y_train, x_test, y_test = digits28(rng)
sizes = [784, 128, 128, 64, 64, 10]


def build():
    mods = []
    for i, (a, b) in enumerate(zip(sizes[:-1], sizes[1:])):
        lin = nn.Linear(a, b)
        nn.init.trunc_normal_(lin.weight, std=args.stddev, a=-2 * args.stddev, b=2 * args.stddev)
        nn.init.zeros_(lin.bias)
        mods.append(lin)
        if i < len(sizes) - 2:
            mods.append(nn.ReLU())
    return nn.Sequential(*mods)


model = build()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
for step in range(args.steps):
    k = torch.tensor(rng.randint(0, len(x_train), 64))
    optimizer.zero_grad()
    loss = criterion(model(x_train[k]), y_train[k])
    loss.backward()
    optimizer.step()
    if step % 50 == 0:
        print("step", step, "loss", round(loss.item(), 4))
with torch.no_grad():
    print("test acc", (model(x_test).argmax(1) == y_test).float().mean().item())
