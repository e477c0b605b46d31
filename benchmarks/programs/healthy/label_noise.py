"""A fifth of the labels are wrong; the network should still find the classes."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(8)
n, classes, noise = 1500, 4, 0.2
centres = torch.randn(classes, 10) * 1.6
clean = torch.randint(0, classes, (n,))
x = centres[clean] + torch.randn(n, 10)
wrong = torch.rand(n) < noise
labels = torch.where(wrong, torch.randint(0, classes, (n,)), clean)
loader = DataLoader(TensorDataset(x[:1200], labels[:1200]), batch_size=64, shuffle=True)

model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, classes))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
criterion = nn.CrossEntropyLoss()

for epoch in range(15):
    total = 0.0
    for xb, yb in loader:
        loss = criterion(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    if epoch % 3 == 2:
        with torch.no_grad():
            acc = (model(x[1200:]).argmax(1) == clean[1200:]).float().mean().item()
        print(f"epoch {epoch + 1} loss {total / len(loader):.3f} acc on clean labels {acc:.3f}")
