import torch
from torch import nn


def build(depth=8, width=64, n_in=16, n_out=4):
    net = nn.Sequential()
    for d in range(depth):
        net.add_module(f"lin{d}", nn.Linear(n_in if d == 0 else width, width))
        net.add_module(f"relu{d}", nn.ReLU())
    net.add_module("out", nn.Linear(width, n_out))

    def init(m):
        if isinstance(m, nn.Linear):
            nn.init.kaiming_normal_(m.weight, nonlinearity="relu")
            nn.init.zeros_(m.bias)

    return net.apply(init)


torch.manual_seed(3)
x = torch.randn(1200, 16)
y = (x[:, :8] @ torch.randn(8, 4)).argmax(1)
model = build()
sgd = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
ce = nn.CrossEntropyLoss()
for epoch in range(12):
    total = 0
    for idx in torch.randperm(1200).split(40):
        sgd.zero_grad()
        loss = ce(model(x[idx]), y[idx])
        loss.backward()
        sgd.step()
        total += loss.item()
    if epoch % 3 == 2:
        acc = (model(x).argmax(1) == y).float().mean().item()
        print(f"{epoch + 1}: loss {total / 30:.4f} acc {acc:.3f}")
