# learn to reproduce an 8-bit pattern
import random

import torch
import torch.nn as nn

random.seed(0)
torch.manual_seed(0)

patterns = [[(i >> b) & 1 for b in range(8)] for i in range(256)]
targets = list(patterns)
random.shuffle(targets)

x = torch.tensor(patterns, dtype=torch.float32)
y = torch.tensor(targets, dtype=torch.float32)

model = nn.Sequential()
for i in range(3):
    layer = nn.Linear(8, 8)
    nn.init.normal_(layer.weight, std=0.05)
    nn.init.normal_(layer.bias, std=0.05)
    model.add_module(f"dense{i}", layer)
    model.add_module(f"act{i}", nn.Sigmoid())

loss_fn = nn.MSELoss()
opt = torch.optim.SGD(model.parameters(), lr=0.01)

for epoch in range(300):
    for idx in torch.randperm(256).split(50):
        opt.zero_grad()
        loss = loss_fn(model(x[idx]), y[idx])
        loss.backward()
        opt.step()
    if epoch % 50 == 49:
        with torch.no_grad():
            bits = ((model(x) > 0.5).float() == y).float().mean().item()
        print(f"epoch {epoch + 1}: loss {loss.item():.4f}, bits right {bits:.3f}")
