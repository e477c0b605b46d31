"""LeNet-like network trained with heavy momentum."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 3)
        self.conv2 = nn.Conv2d(6, 16, 3)
        self.fc1 = nn.Linear(64, 60)
        self.fc2 = nn.Linear(60, 6)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


def main(lr=0.02, momentum=0.9):
    torch.manual_seed(0)
    proto = torch.randn(6, 1, 14, 14)
    y = torch.randint(0, 6, (1000,))
    x = proto[y] + 1.2 * torch.randn(1000, 1, 14, 14)
    net = LeNet()
    opt = torch.optim.SGD(net.parameters(), lr=lr, momentum=momentum)
    for epoch in range(8):
        total = 0.0
        for idx in torch.randperm(800).split(32):
            opt.zero_grad()
            loss = F.cross_entropy(net(x[idx]), y[idx])
            loss.backward()
            opt.step()
            total += loss.item()
        with torch.no_grad():
            acc = (net(x[800:]).argmax(1) == y[800:]).float().mean().item()
        print(f"epoch {epoch} loss {total / 25:.4g} acc {acc:.3f}")


if __name__ == "__main__":
    main()
