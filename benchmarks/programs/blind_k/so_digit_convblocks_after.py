import os
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(int(os.environ.get("SEED", "0")))
bunch = load_digits()
images = (torch.tensor(bunch.images, dtype=torch.float32)[:, None] / 16 - 0.5) / 0.5
labels = torch.tensor(bunch.target)
split = torch.randperm(len(labels))
tr, va = split[:1500], split[1500:]


def conv_block(i, o):
    return nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))


model = nn.Sequential(conv_block(1, 16), conv_block(16, 32), nn.Flatten(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))
loss_function = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)

for epoch in range(8):
    model.train()
    running = 0.0
    for step, b in enumerate(tr[torch.randperm(1500)].split(32)):
        optimizer.zero_grad()
        out = model(images[b])
        loss = loss_function(out, labels[b])
        loss.backward()
        optimizer.step()
        running += loss.item()
    model.eval()
    with torch.no_grad():
        acc = (model(images[va]).argmax(1) == labels[va]).float().mean()
    print(f"[{epoch + 1}] loss: {running / (step + 1):.3f} val accuracy: {acc:.3f}")
