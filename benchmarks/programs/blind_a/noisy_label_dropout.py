"""Digits with 35 % wrong labels, strong dropout, small accumulated micro-batches, clipping."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
ACCUM = 4

d = load_digits()
x = torch.tensor(d.data, dtype=torch.float32) / 16
y = torch.tensor(d.target)
perm = torch.randperm(len(x))
x, y = x[perm], y[perm]
x_tr, y_tr, x_te, y_te = x[:1400], y[:1400].clone(), x[1400:], y[1400:]
flip = torch.rand(len(y_tr)) < 0.35
y_tr[flip] = torch.randint(0, 10, (int(flip.sum()),))

model = nn.Sequential(
    nn.Dropout(0.1),
    nn.Linear(64, 128), nn.ReLU(), nn.Dropout(0.5),
    nn.Linear(128, 128), nn.ReLU(), nn.Dropout(0.5),
    nn.Linear(128, 10),
)
loader = DataLoader(TensorDataset(x_tr, y_tr), batch_size=16, shuffle=True, drop_last=True)
opt = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.01)

for epoch in range(14):
    model.train()
    seen = 0.0
    opt.zero_grad()
    for i, (xb, yb) in enumerate(loader):
        loss = F.cross_entropy(model(xb), yb)
        (loss / ACCUM).backward()
        seen += loss.item()
        if (i + 1) % ACCUM == 0:
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            opt.step()
            opt.zero_grad()
    if epoch % 3 == 1:
        print(f"epoch {epoch} noisy train loss {seen / len(loader):.4f}")

model.eval()
with torch.no_grad():
    print("clean test acc %.3f" % (model(x_te).argmax(1) == y_te).float().mean().item())
