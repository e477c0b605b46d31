"""Three cultivars from thirteen chemical measurements."""

import torch
import torch.nn as nn

torch.manual_seed(0)
settings = {"hidden": [32, 16], "lr": 0.05, "epochs": 40, "init": 0.5}

cultivar = torch.randint(0, 3, (600,))
profile = torch.randn(3, 13)
X = profile[cultivar] + 0.9 * torch.randn(600, 13)
X = (X - X.mean(0)) / X.std(0)

sizes = [13, *settings["hidden"], 3]
modules = []
for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
    linear = nn.Linear(a, b)
    nn.init.constant_(linear.weight, settings["init"])
    nn.init.constant_(linear.bias, 0)
    modules.append(linear)
    if i < len(sizes) - 2:
        modules.append(nn.Tanh())
net = nn.Sequential(*modules)

opt = torch.optim.SGD(net.parameters(), lr=settings["lr"], momentum=0.9)
for epoch in range(settings["epochs"]):
    for idx in torch.randperm(480).split(32):
        loss = nn.functional.cross_entropy(net(X[idx]), cultivar[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 10 == 9:
        with torch.no_grad():
            acc = (net(X[480:]).argmax(1) == cultivar[480:]).float().mean().item()
        print(f"epoch {epoch + 1} loss {loss.item():.3f} acc {acc:.3f}")
