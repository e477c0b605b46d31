# my laptop has little memory: micro-batches of 8, one update for every 4 of them
import os
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

MICRO, ACCUM, EPOCHS = 8, 4, 5
dig = load_digits()
x = torch.tensor(dig.images, dtype=torch.float32)[:, None] / 8.0 - 1.0
y = torch.tensor(dig.target)
perm = torch.randperm(len(x))
tr, te = perm[:1440], perm[1440:]

model = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1), nn.GroupNorm(4, 16), nn.ReLU(),
    nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.GroupNorm(4, 32), nn.ReLU(),
    nn.Conv2d(32, 32, 3, stride=2, padding=1), nn.ReLU(),
    nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)

updates = 0
for epoch in range(EPOCHS):
    model.train()
    optimizer.zero_grad()
    chunks = tr[torch.randperm(len(tr))].split(MICRO)
    shown = 0.0
    for k, idx in enumerate(chunks):
        loss = criterion(model(x[idx]), y[idx]) / ACCUM
        loss.backward()
        shown += loss.item()
        if (k + 1) % ACCUM == 0:
            optimizer.step()
            optimizer.zero_grad()
            updates += 1
            if updates % 25 == 0:
                print(f"update {updates:4d}  loss {shown:.4f}")
            shown = 0.0

model.eval()
with torch.no_grad():
    acc = (model(x[te]).argmax(1) == y[te]).float().mean().item()
print("test accuracy %.3f after %d updates" % (acc, updates))
