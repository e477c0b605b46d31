"""Eight kinds of pictures."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
proto = torch.rand(8, 1, 10, 10)
labels = torch.randint(0, 8, (1200,))
images = proto[labels] + 0.2 * torch.randn(1200, 1, 10, 10)
images = (images - images.mean()) / images.std()

pairs = TensorDataset(images[:1000], labels[:1000])
loader = DataLoader(pairs, batch_size=50, shuffle=True)

model = nn.Sequential(
    nn.Conv2d(1, 12, 3),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(192, 32),
    nn.ReLU(),
    nn.Linear(32, 8),
)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
criterion = nn.CrossEntropyLoss()

for epoch in range(12):
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
    if epoch % 3 == 2:
        with torch.no_grad():
            acc = (model(images[1000:]).argmax(1) == labels[1000:]).float().mean().item()
        print(f"epoch {epoch + 1} loss {total / 20:.4f} acc {acc:.3f}")
