"""If one hidden layer can learn two moons, thirty should do it even better?

Linear + ReLU thirty times, exactly as PyTorch creates them, trained with SGD.
"""

import argparse
import math

import torch
from torch import nn

DEPTH = 30
WIDTH = 64
BATCH_SIZE = 64


def make_moons(n_samples=1000, noise=0.2):
    half = n_samples // 2
    t = torch.linspace(0, math.pi, half)
    outer = torch.stack([torch.cos(t), torch.sin(t)], dim=1)
    inner = torch.stack([1 - torch.cos(t), 0.5 - torch.sin(t)], dim=1)
    x = torch.cat([outer, inner])
    x = x + noise * torch.randn_like(x)
    y = torch.cat([torch.zeros(half), torch.ones(half)]).long()
    order = torch.randperm(n_samples)
    return x[order], y[order]


parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--epochs", type=int, default=30)
args = parser.parse_args()

torch.manual_seed(args.seed)
x, y = make_moons()
x_train, y_train = x[:640], y[:640]
x_test, y_test = x[800:], y[800:]

layers = [nn.Linear(2, WIDTH), nn.ReLU()]
for _ in range(DEPTH - 1):
    layers += [nn.Linear(WIDTH, WIDTH), nn.ReLU()]
layers.append(nn.Linear(WIDTH, 2))
model = nn.Sequential(*layers)

criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for epoch in range(1, args.epochs + 1):
    order = torch.randperm(len(x_train))
    running_loss = 0.0
    for start in range(0, len(x_train), BATCH_SIZE):
        batch = order[start : start + BATCH_SIZE]
        loss = criterion(model(x_train[batch]), y_train[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        running_loss += loss.item() * len(batch)
    if epoch == 1 or epoch % 5 == 0:
        print(f"epoch {epoch:3d}  loss {running_loss / len(x_train):.5f}")

with torch.no_grad():
    accuracy = (model(x_test).argmax(dim=1) == y_test).float().mean().item()
print(f"test accuracy {accuracy:.3f}")
