"""Deep tanh net on two rings; the weights are drawn by hand, as in an old paper."""

import torch
from torch import nn

torch.manual_seed(0)
SIGMA_W, SIGMA_B, WIDTH, DEPTH = 1.35, 0.1, 128, 30


def layer(fan_in, fan_out):
    linear = nn.Linear(fan_in, fan_out)
    nn.init.normal_(linear.weight, std=SIGMA_W / fan_in**0.5)
    nn.init.normal_(linear.bias, std=SIGMA_B)
    return linear


sizes = [2] + [WIDTH] * DEPTH
parts = []
for a, b in zip(sizes, sizes[1:]):
    parts += [layer(a, b), nn.Tanh()]
net = nn.Sequential(*parts, layer(WIDTH, 2))

angle = 6.283 * torch.rand(1000)
label = torch.randint(0, 2, (1000,))
radius = 0.7 + 0.8 * label + 0.1 * torch.randn(1000)
points = torch.stack([radius * angle.cos(), radius * angle.sin()], 1)
opt = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
for step in range(400):
    i = torch.randint(0, 1000, (64,))
    loss = nn.functional.cross_entropy(net(points[i]), label[i])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 100 == 99:
        print(step + 1, round(loss.item(), 4))
