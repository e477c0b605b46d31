"""Fits |x| with a ReLU network: two units would do, so ten layers of two ought to be plenty."""

import argparse

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--steps", type=int, default=300)
parser.add_argument("--width", type=int, default=2)
args = parser.parse_args()

torch.manual_seed(args.seed)

layers = []
units = 1
for _ in range(9):
    linear = nn.Linear(units, args.width)
    nn.init.kaiming_normal_(linear.weight, nonlinearity="relu")
    nn.init.zeros_(linear.bias)
    layers += [linear, nn.ReLU()]
    units = args.width
model = nn.Sequential(*layers, nn.Linear(units, 1))

x = torch.linspace(-1.7, 1.7, 128).view(-1, 1)
y = x.abs()

optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for step in range(1, args.steps + 1):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
    if step == 1 or step % 50 == 0:
        print("step", step, "loss", loss.item())
