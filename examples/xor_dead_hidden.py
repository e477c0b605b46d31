"""XOR once more: a 2-2-1 network with ReLU, trained on all four points at once.

The loss goes down for a while, then I print what the network answers.
"""

import argparse

import torch
import torch.nn.functional as F
from torch import nn

XOR = [(0.0, 0.0, 0.0), (0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0)]


class Net(nn.Module):
    def __init__(self, hidden=2):
        super().__init__()
        self.fc1 = nn.Linear(2, hidden)
        self.fc2 = nn.Linear(hidden, 1)

    def forward(self, x):
        hidden = F.relu(self.fc1(x))
        return F.relu(self.fc2(hidden))


def train(net, x, y, steps):
    loss_fn = nn.BCELoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    history = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = loss_fn(net(x), y)
        loss.backward()
        optimizer.step()
        history.append(loss.item())
    return history


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--steps", type=int, default=200)
    args = parser.parse_args()

    data = torch.tensor(XOR)
    x, y = data[:, :2], data[:, 2:]

    torch.manual_seed(args.seed)
    net = Net()
    history = train(net, x, y, args.steps)
    for step in range(0, len(history), 20):
        print(f"step {step:3d}  loss {history[step]:.6f}")
    print(f"last loss {history[-1]:.6f}")

    with torch.no_grad():
        print("answers ", [round(value, 4) for value in net(x).flatten().tolist()])
    print("expected", y.flatten().tolist())


if __name__ == "__main__":
    main()
