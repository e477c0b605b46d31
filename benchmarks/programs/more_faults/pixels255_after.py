"""Softmax regression with one hidden layer on 8 bit images."""

import torch
from torch import nn

torch.manual_seed(0)
proto = (torch.rand(10, 400) < 0.3) * torch.randint(80, 256, (10, 400))
labels = torch.randint(0, 10, (1500,))
keep = torch.rand(1500, 400) < 0.8
images = (proto[labels] * keep + 40 * torch.rand(1500, 400)).clamp(0, 255).to(torch.uint8)

model = nn.Sequential(nn.Linear(400, 64), nn.ReLU(), nn.Linear(64, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
criterion = nn.CrossEntropyLoss()

for epoch in range(15):
    for idx in torch.randperm(1200).split(30):
        x = images[idx].float() / 255
        loss = criterion(model(x), labels[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 3 == 2:
        with torch.no_grad():
            acc = (model(images[1200:].float() / 255).argmax(1) == labels[1200:]).float().mean()
        print(f"epoch {epoch + 1} loss {loss.item():.3f} acc {acc.item():.3f}")
