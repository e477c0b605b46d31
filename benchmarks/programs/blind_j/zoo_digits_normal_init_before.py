import os
import torch
from torch import nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
x, t = load_digits(return_X_y=True)
x, t = torch.tensor(x / 16.0, dtype=torch.float32), torch.tensor(t)
p = torch.randperm(len(x))
x, t = x[p], t[p]

layers = []
for i, o in [(64, 64), (64, 64), (64, 64), (64, 64), (64, 10)]:
    lin = nn.Linear(i, o)
    nn.init.normal_(lin.weight, mean=0.0, std=1.0)
    nn.init.zeros_(lin.bias)
    layers += [lin, nn.ReLU()]
model = nn.Sequential(*layers[:-1])
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for epoch in range(12):
    order = torch.randperm(1400)
    for k in range(0, 1400, 32):
        b = order[k:k + 32]
        loss = nn.functional.cross_entropy(model(x[b]), t[b])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        acc = (model(x[1400:]).argmax(1) == t[1400:]).float().mean().item()
    print("epoch %d loss %.4g val_acc %.3f" % (epoch, loss.item(), acc))
