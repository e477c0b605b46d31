import torch
import torch.nn.functional as F
from torch import nn


def make_data(n=900, d=16):
    x = torch.randn(n, d)
    y = (x[:, 0] * x[:, 1] > 0).long() + 2 * (x[:, 2] + x[:, 3] > 0).long()
    return x, y


def l2(parameters):
    total = 0.0
    for p in parameters:
        total = total + p.pow(2).sum()
    return total


def run(weight=1e-4, lr=0.05, epochs=30):
    x, y = make_data()
    layers = [nn.Linear(16, 40), nn.Tanh(), nn.Linear(40, 40), nn.Tanh(), nn.Linear(40, 4)]
    net = nn.Sequential(*layers)
    opt = torch.optim.SGD(net.parameters(), lr=lr, momentum=0.9)
    for epoch in range(epochs):
        for idx in torch.randperm(len(x)).split(60):
            opt.zero_grad()
            ce = F.cross_entropy(net(x[idx]), y[idx])
            (ce + weight * l2(net.parameters())).backward()
            opt.step()
        if epoch % 6 == 5:
            with torch.no_grad():
                out = net(x)
            acc = (out.argmax(1) == y).float().mean()
            print(f"epoch {epoch + 1} ce {F.cross_entropy(out, y):.4f} acc {acc:.3f}")


torch.manual_seed(3)
run()
