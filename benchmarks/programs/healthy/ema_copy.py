import copy

import torch
from torch import nn


class EMA:
    def __init__(self, model, decay=0.98):
        self.model = copy.deepcopy(model).eval()
        self.decay = decay
        for p in self.model.parameters():
            p.requires_grad_(False)

    @torch.no_grad()
    def update(self, model):
        for a, b in zip(self.model.parameters(), model.parameters()):
            a.lerp_(b, 1 - self.decay)


def accuracy(net, x, y):
    with torch.no_grad():
        return (net(x).argmax(1) == y).float().mean().item()


torch.manual_seed(0)
x = torch.randn(1500, 20)
y = (x @ torch.randn(20, 4) + 0.8 * torch.relu(x) @ torch.randn(20, 4)).argmax(1)

net = nn.Sequential(nn.Linear(20, 64), nn.Mish(), nn.Linear(64, 4))
ema = EMA(net)
opt = torch.optim.SGD(net.parameters(), lr=0.02, momentum=0.9)
for epoch in range(12):
    for idx in torch.randperm(1200).split(30):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(x[idx]), y[idx], label_smoothing=0.05)
        loss.backward()
        opt.step()
        ema.update(net)
    if epoch % 3 == 2:
        raw, smooth = accuracy(net, x[1200:], y[1200:]), accuracy(ema.model, x[1200:], y[1200:])
        print(f"epoch {epoch + 1} loss {loss.item():.3f} acc {raw:.3f} ema acc {smooth:.3f}")
