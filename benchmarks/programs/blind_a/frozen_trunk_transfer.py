"""Pre-train a small conv trunk on digits 0-4, freeze it (norms in eval), fit a new head on 5-9."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
        self.head = nn.Linear(128, 5)
        self.frozen = False

    def train(self, mode=True):
        super().train(mode)
        if self.frozen:
            self.trunk.eval()
        return self

    def forward(self, x):
        return self.head(self.trunk(x))


def fit(model, x, y, lr, epochs):
    opt = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=lr)
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for idx in torch.randperm(len(x)).split(32):
            loss = F.cross_entropy(model(x[idx]), y[idx])
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(idx)
        print(f"  epoch {epoch} loss {total / len(x):.4f}")


def score(model, x, y):
    model.eval()
    with torch.no_grad():
        return (model(x).argmax(1) == y).float().mean().item()


d = load_digits()
x = torch.tensor(d.images, dtype=torch.float32)[:, None] / 16
y = torch.tensor(d.target)
p = torch.randperm(len(x))
x, y = x[p], y[p]
src, tgt = y < 5, y >= 5
xs, ys, xt, yt = x[src], y[src], x[tgt], y[tgt] - 5

model = Model()
print("stage 1: source classes")
fit(model, xs, ys, lr=2e-3, epochs=3)
for q in model.trunk.parameters():
    q.requires_grad_(False)
model.frozen = True
model.head = nn.Linear(128, 5)
print("stage 2: new head")
fit(model, xt[:600], yt[:600], lr=5e-3, epochs=8)
print("target test acc %.3f" % score(model, xt[600:], yt[600:]))
