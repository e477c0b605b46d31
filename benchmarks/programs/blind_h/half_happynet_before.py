"""Small conv net on 8x8 digits kept entirely in float16 to save memory."""
import os
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
X, y = load_digits(return_X_y=True)
perm = torch.randperm(len(X))
X = (torch.tensor(X)[perm] / 16).view(-1, 1, 8, 8).half()
y = torch.tensor(y)[perm]

net = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(),
    nn.Conv2d(16, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, 10),
).half()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
criterion = nn.CrossEntropyLoss()

step = 0
for epoch in range(6):
    for k in range(0, 1400, 50):
        out = net(X[k:k + 50])
        loss = criterion(out.float(), y[k:k + 50])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 20 == 0:
            print(f"step {step} loss {loss.item():.4f}")
        step += 1
with torch.no_grad():
    acc = (net(X[1400:]).float().argmax(1) == y[1400:]).float().mean()
print(f"test accuracy {acc.item():.3f}")
