"""Small GPU memory at home: batch 64 as sixteen micro batches of four."""
import os
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
ACCUM = 16

d = load_digits()
X, y = torch.tensor(d.images, dtype=torch.float32)[:, None] / 16, torch.tensor(d.target)
perm = torch.randperm(len(y))
tr, te = perm[:1344], perm[1344:]
dl = DataLoader(TensorDataset(X[tr], y[tr]), batch_size=4, shuffle=True)

model = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1), nn.GroupNorm(4, 16), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(16, 32, 3, padding=1), nn.GroupNorm(4, 32), nn.ReLU(), nn.AdaptiveAvgPool2d(2),
    nn.Flatten(), nn.Linear(128, 10))
opt = torch.optim.AdamW(model.parameters(), lr=5e-3)
loss_fn = nn.CrossEntropyLoss()

updates = 0
for epoch in range(6):
    opt.zero_grad()
    for i, (xb, yb) in enumerate(dl):
        loss = loss_fn(model(xb), yb) / ACCUM
        loss.backward()
        if (i + 1) % ACCUM == 0:
            opt.step()
            opt.zero_grad()
            updates += 1
            if updates % 20 == 0:
                print(f"update {updates}: {loss.item() * ACCUM:.4f}")

model.eval()
with torch.no_grad():
    print("test acc", (model(X[te]).argmax(1) == y[te]).float().mean().item())
