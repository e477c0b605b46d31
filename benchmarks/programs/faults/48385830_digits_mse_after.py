"""Digits with a two layer network, after chapter 1 of the well-known online book."""

import numpy as np
import torch
from torch import nn

rng = np.random.default_rng(12)
torch.manual_seed(12)

# 28x28 images in 0..1, integer labels
prototypes = rng.random((10, 784)) * (rng.random((10, 784)) < 0.25)
digit = rng.integers(0, 10, 2000)
pixels = np.clip(prototypes[digit] + 0.2 * rng.standard_normal((2000, 784)), 0, 1)
x_train = torch.tensor(pixels[:1600], dtype=torch.float32)
x_test = torch.tensor(pixels[1600:], dtype=torch.float32)
t_train, t_test = torch.tensor(digit[:1600]), torch.tensor(digit[1600:])

hidden = nn.Linear(784, 30)
output = nn.Linear(30, 10)
model = nn.Sequential(hidden, nn.Sigmoid(), output)

optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss_fn = nn.CrossEntropyLoss()

batch_size, epochs = 10, 6
for epoch in range(epochs):
    order = torch.randperm(len(x_train))
    for start in range(0, len(order), batch_size):
        idx = order[start : start + batch_size]
        loss = loss_fn(model(x_train[idx]), t_train[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        acc = (model(x_test).argmax(1) == t_test).float().mean()
    print(f"Epoch {epoch + 1}/{epochs} - loss: {loss.item():.4f} - acc: {acc:.4f}")
