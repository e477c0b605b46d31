# Tabular classifier built by a factory that is also used for inference.
import torch
import torch.nn as nn

torch.manual_seed(0)


def make_model(inputs, classes, width=48, depth=12):
    layers, size = [], inputs
    for _ in range(depth):
        layers += [nn.Linear(size, width), nn.BatchNorm1d(width), nn.ReLU()]
        size = width
    layers.append(nn.Linear(size, classes))
    return nn.Sequential(*layers).eval()


x = torch.randn(1500, 16)
y = (x[:, 0] * x[:, 1] > 0).long() + (x[:, 2] > 0.5).long()
net = make_model(16, 3)
sgd = torch.optim.SGD(net.parameters(), lr=0.05)
for epoch in range(12):
    total = 0.0
    for batch in torch.randperm(1500).split(50):
        loss = nn.functional.cross_entropy(net(x[batch]), y[batch])
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        total += loss.item() / 30
    print("epoch", epoch, "loss", round(total, 4))
