"""Learn XOR with two hidden neurons, ReLU after both layers."""

import argparse

import torch
import torch.nn.functional as F
from torch import nn


class XorNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 2)
        self.fc2 = nn.Linear(2, 1)

    def forward(self, x):
        hidden = F.relu(self.fc1(x))
        output = self.fc2(hidden)
        return F.relu(output)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--steps", type=int, default=200)
    args = parser.parse_args()

    inputs = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    targets = torch.tensor([[0.0], [1.0], [1.0], [0.0]])

    torch.manual_seed(args.seed)
    net = XorNet()
    criterion = nn.BCELoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

    for step in range(args.steps):
        outputs = net(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 20 == 0 or step == args.steps - 1:
            print(f"step {step:3d}  loss {loss.item():.6f}")

    with torch.no_grad():
        for point, output in zip(inputs.tolist(), net(inputs).squeeze(1).tolist(), strict=True):
            print(point, "->", round(output, 4))


if __name__ == "__main__":
    main()
