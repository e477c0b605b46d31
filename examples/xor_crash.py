"""XOR with a small network. ReLU keeps the output positive, so I use it as the probability."""

import argparse

import torch
import torch.nn.functional as F
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=53)
parser.add_argument("--steps", type=int, default=200)
args = parser.parse_args()

torch.manual_seed(args.seed)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 2)
        self.fc2 = nn.Linear(2, 1)

    def forward(self, x):
        return F.relu(self.fc2(F.relu(self.fc1(x))))


x = torch.Tensor([[0, 0], [0, 1], [1, 0], [1, 1]])
y = torch.Tensor([0, 1, 1, 0]).view(-1, 1)

net = Net()
loss_fn = nn.BCELoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

for step in range(1, args.steps + 1):
    optimizer.zero_grad()
    loss = loss_fn(net(x), y)
    loss.backward()
    optimizer.step()
    if step == 1 or step % 10 == 0:
        print("step", step, "loss", loss.item())

print("predictions", net(x).detach().view(-1).tolist())
