"""Two spirals with a configurable stack of hidden layers."""
import os
import math
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def spirals(n, noise=0.08):
    t = torch.rand(n) * 3 * math.pi + 0.5
    label = torch.randint(0, 2, (n,))
    sign = label.float() * 2 - 1
    x = torch.stack([t.cos() * t, t.sin() * t], 1) * sign[:, None] / 5.0
    return x + noise * torch.randn(n, 2), label


class StackedNet(nn.Module):
    def __init__(self, n_hidden, width):
        super().__init__()
        self.inp = nn.Linear(2, width)
        self.hidden = [nn.Linear(width, width) for _ in range(n_hidden)]
        self.out = nn.Linear(width, 2)

    def forward(self, x):
        x = F.relu(self.inp(x))
        for layer in self.hidden:
            x = F.relu(layer(x))
        return self.out(x)


def main():
    x, y = spirals(1500)
    xt, yt = spirals(500)
    net = StackedNet(n_hidden=4, width=32)
    n_params = sum(p.numel() for p in net.parameters())
    print("model with", n_params, "parameters")
    opt = torch.optim.Adam(net.parameters(), lr=3e-3)
    sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 900)
    for it in range(900):
        idx = torch.randint(0, len(x), (128,))
        loss = F.cross_entropy(net(x[idx]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
        sched.step()
        if it % 100 == 0:
            print(f"iter {it}: loss {loss.item():.4f}")
    with torch.no_grad():
        acc = (net(xt).argmax(1) == yt).float().mean().item()
    print(f"test accuracy {acc:.3f}")


main()
