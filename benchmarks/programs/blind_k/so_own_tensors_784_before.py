"""Two-layer classifier with my own weight tensors, 784 inputs."""
import os
import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
g = torch.Generator().manual_seed(99)
strokes = (torch.rand(10, 28, 28, generator=g) > 0.78).float()
strokes = F.avg_pool2d(strokes[:, None], 3, 1, 1)[:, 0]
torch.manual_seed(SEED)


def mnist_like(n):
    y = torch.randint(0, 10, (n,))
    dx, dy = torch.randint(-1, 2, (2,)).tolist()
    img = torch.roll(strokes[y], (dx, dy), (1, 2)) + 0.25 * torch.randn(n, 28, 28)
    return img.clamp(0, 1).view(n, 784), y


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.w1 = nn.Parameter(torch.randn(784, 100))
        self.b1 = nn.Parameter(torch.zeros(100))
        self.w2 = nn.Parameter(torch.randn(100, 10))
        self.b2 = nn.Parameter(torch.zeros(10))

    def forward(self, x):
        h = torch.sigmoid(x @ self.w1 + self.b1)
        h = torch.sigmoid(h @ self.w2 + self.b2)
        return h


model = MLP()
opt = torch.optim.SGD(model.parameters(), lr=0.5)
for step in range(900):
    x, y = mnist_like(32)
    target = F.one_hot(y, 10).float()
    loss = ((model(x) - target) ** 2).sum(1).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 150 == 0:
        print("step", step, "loss", round(loss.item(), 4))
with torch.no_grad():
    acc = []
    for _ in range(10):
        x, y = mnist_like(100)
        acc.append((model(x).argmax(1) == y).float().mean().item())
print("accuracy", sum(acc) / 10)
