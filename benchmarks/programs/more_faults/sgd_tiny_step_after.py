"""Which of three kinds of leaf?"""

import argparse

import torch
import torch.nn as nn
import torch.nn.functional as F

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=5e-2)
parser.add_argument("--momentum", type=float, default=0.9)
parser.add_argument("--epochs", type=int, default=30)
args = parser.parse_args()

torch.manual_seed(1)
centres = torch.tensor([[5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0]])
kind = torch.randint(0, 3, (450,))
leaf = centres[kind] + 0.3 * torch.randn(450, 4)
leaf = (leaf - leaf.mean(0)) / leaf.std(0)
train, test = slice(0, 350), slice(350, 450)


class Leaves(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(4, 32)
        self.fc2 = nn.Linear(32, 32)
        self.fc3 = nn.Linear(32, 3)

    def forward(self, x):
        return self.fc3(torch.tanh(self.fc2(torch.tanh(self.fc1(x)))))


net = Leaves()
opt = torch.optim.SGD(net.parameters(), lr=args.lr, momentum=args.momentum)
for epoch in range(args.epochs):
    for idx in torch.randperm(350).split(35):
        opt.zero_grad()
        F.cross_entropy(net(leaf[train][idx]), kind[train][idx]).backward()
        opt.step()
    if epoch % 10 == 9:
        with torch.no_grad():
            out = net(leaf[test])
            acc = (out.argmax(1) == kind[test]).float().mean()
            print(f"{epoch + 1}: test loss {F.cross_entropy(out, kind[test]):.4f} acc {acc:.3f}")
