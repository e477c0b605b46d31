"""Fit a line to eight noisy points by gradient descent."""
import os
import random
import torch

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
random.seed(20180130)

size = 8
w_true = random.uniform(-8, 8)
b_true = random.uniform(-8, 8)
xs = [random.uniform(-8, 8) for _ in range(size)]
ys = [w_true * v + b_true + random.uniform(-1, 1) for v in xs]
x = torch.tensor(xs).view(-1, 1)
y = torch.tensor(ys).view(-1, 1)


class Line(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W = torch.nn.Parameter(torch.zeros(1))
        self.B = torch.nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return x * self.W + self.B


net = Line()
optimizer = torch.optim.SGD(net.parameters(), lr=1e-2)
for step in range(1000):
    optimizer.zero_grad()
    loss = torch.mean((net(x) - y) ** 2)
    loss.backward()
    optimizer.step()
    if step % 100 == 0:
        print(step, loss.item(), net.W.item(), net.B.item())

print("true", w_true, b_true)
print("final mse", torch.mean((net(x) - y) ** 2).item(), "var", y.var().item())
