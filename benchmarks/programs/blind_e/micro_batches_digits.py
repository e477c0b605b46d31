import os
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
ACC = 8

d = load_digits()
X, y = torch.tensor(d.data / 16).float(), torch.tensor(d.target)
perm = torch.randperm(len(X))
tr, te = perm[:1440], perm[1440:]
loader = DataLoader(TensorDataset(X[tr], y[tr]), batch_size=4, shuffle=True)
model = nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 10))
opt = torch.optim.Adam(model.parameters(), lr=0.003)
ce = nn.CrossEntropyLoss()
for epoch in range(8):
    opt.zero_grad()
    total = 0
    for k, (xb, yb) in enumerate(loader):
        loss = ce(model(xb), yb)
        (loss / ACC).backward()
        total += loss.item()
        if (k + 1) % ACC == 0:
            opt.step()
            opt.zero_grad()
    print("epoch", epoch, "loss", total / len(loader))
with torch.no_grad():
    print("acc", (model(X[te]).argmax(1) == y[te]).float().mean().item())
