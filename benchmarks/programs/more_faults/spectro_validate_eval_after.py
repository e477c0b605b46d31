"""Small conv net on synthetic spectrogram patches, with a validation pass after each epoch."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)

templates = torch.randn(5, 1, 12, 12)
labels = torch.randint(0, 5, (1500,))
patches = 40 * (templates[labels] + 1.5 * torch.randn(1500, 1, 12, 12)) + 20
train = DataLoader(TensorDataset(patches[:1200], labels[:1200]), batch_size=40, shuffle=True)
valid = DataLoader(TensorDataset(patches[1200:], labels[1200:]), batch_size=100)


def block(c_in, c_out):
    return nn.Sequential(
        nn.Conv2d(c_in, c_out, 3, padding=1, bias=False), nn.BatchNorm2d(c_out), nn.ReLU()
    )


model = nn.Sequential(
    block(1, 8), block(8, 16), nn.MaxPool2d(2), block(16, 16), nn.Flatten(), nn.Linear(576, 5)
)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
criterion = nn.CrossEntropyLoss()


def validate():
    model.eval()
    right = 0
    with torch.no_grad():
        for x, y in valid:
            right += (model(x).argmax(1) == y).sum().item()
    return right / 300


print("accuracy before training", validate())
for epoch in range(5):
    model.train()
    for x, y in train:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}  loss {loss.item():.3f}  accuracy {validate():.3f}")
