"""Fit one smooth curve, a Chebyshev polynomial, with a small tanh net and plain gradient descent.

With lr 0.1 it works but takes thousands of epochs, so I try a larger one.
"""

import argparse

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--lr", type=float, default=1.0)
parser.add_argument("--epochs", type=int, default=500)
args = parser.parse_args()

torch.manual_seed(args.seed)
x = torch.linspace(-1, 1, 20).unsqueeze(1)
y = torch.cos(4 * torch.acos(x))

model = nn.Sequential(
    nn.Linear(1, 40),
    nn.Tanh(),
    nn.Linear(40, 40),
    nn.Tanh(),
    nn.Linear(40, 1),
)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)

for epoch in range(1, args.epochs + 1):
    loss = loss_fn(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch <= 10 or epoch % 50 == 0:
        print(f"epoch {epoch:3d}  loss {loss.item():.4f}")
