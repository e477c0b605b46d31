# Quickstart: ten kinds of clothing, 28x28 grey images in 0..1
import os
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

# stand-in for FashionMNIST: one smooth prototype per class, gain and noise per image
g = torch.Generator().manual_seed(77 + SEED)
proto = nn.functional.interpolate(torch.rand(10, 1, 7, 7, generator=g), size=28, mode="bilinear")


def images(n):
    y = torch.randint(0, 10, (n,), generator=g)
    x = proto[y] * (0.5 + torch.rand(n, 1, 1, 1, generator=g)) + 0.15 * torch.randn(n, 1, 28, 28, generator=g)
    return TensorDataset(x.clamp(0, 1), y)


train_dataloader = DataLoader(images(3840), batch_size=64, shuffle=True)
test_dataloader = DataLoader(images(640), batch_size=64)


class NeuralNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.flatten = nn.Flatten()
        self.linear_relu_stack = nn.Sequential(
            nn.Linear(28 * 28, 128), nn.ReLU(),
            nn.Linear(128, 128), nn.ReLU(),
            nn.Linear(128, 10),
        )

    def forward(self, x):
        return self.linear_relu_stack(self.flatten(x))


model = NeuralNetwork()
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=2e-2)


def train(dataloader):
    model.train()
    for batch, (X, y) in enumerate(dataloader):
        loss = loss_fn(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def test(dataloader):
    model.eval()
    correct, tot = 0, 0.0
    with torch.no_grad():
        for X, y in dataloader:
            p = model(X)
            tot += loss_fn(p, y).item()
            correct += (p.argmax(1) == y).sum().item()
    print(f"Test Error: Accuracy: {100 * correct / len(dataloader.dataset):>0.1f}%, Avg loss: {tot / len(dataloader):>8f}")


for t in range(12):
    print(f"Epoch {t + 1}  loss {train(train_dataloader):.4f}")
    test(test_dataloader)
