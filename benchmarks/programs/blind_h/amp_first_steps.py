"""Mixed precision (float16) with dynamic loss scaling; prints when the scale was reduced."""
import os
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
X, y = load_digits(return_X_y=True)
p = torch.randperm(len(X))
X = torch.tensor(X, dtype=torch.float32)[p] / 16
y = torch.tensor(y)[p]

model = nn.Sequential(nn.Linear(64, 96), nn.ReLU(), nn.Linear(96, 96), nn.ReLU(), nn.Linear(96, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
scaler = torch.amp.GradScaler("cpu", init_scale=2.0 ** 22, growth_interval=60)
criterion = nn.CrossEntropyLoss()
it = 0
for epoch in range(10):
    for k in range(0, 1400, 50):
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.float16):
            out = model(X[k:k + 50])
            loss = criterion(out.float(), y[k:k + 50])
        scaler.scale(loss).backward()
        before = scaler.get_scale()
        scaler.step(optimizer)
        scaler.update()
        if scaler.get_scale() < before:
            print(f"iter {it}: Gradient overflow. Skipping step, reducing loss scale to {scaler.get_scale()}")
        it += 1
    print(f"epoch {epoch} loss {loss.item():.4f}")
with torch.no_grad():
    print("test acc", (model(X[1400:]).argmax(1) == y[1400:]).float().mean().item())
