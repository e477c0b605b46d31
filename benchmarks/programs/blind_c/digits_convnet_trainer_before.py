import copy
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X, y = load_digits(return_X_y=True)
X = torch.tensor(X, dtype=torch.float32).view(-1, 1, 8, 8)
y = torch.tensor(y)
perm = torch.randperm(len(y))
X, y = X[perm], y[perm]


class ConvNet(nn.Module):
    def __init__(self, n_classes):
        super().__init__()
        layers, c = [], 1
        for width in (16, 16, 32, 32, 32, 32):
            layers += [nn.Conv2d(c, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
            c = width
        self.features = nn.Sequential(*layers)
        self.fc = nn.Linear(c, n_classes)

    def forward(self, x):
        return self.fc(self.features(x).mean((2, 3)))


def evaluate(model, x, y):
    model.eval()
    with torch.no_grad():
        out = model(x)
        return F.cross_entropy(out, y).item(), (out.argmax(1) == y).float().mean().item()


class Trainer:
    def __init__(self, model, lr):
        self.model = model
        self.opt = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)

    def fit(self, loader, xv, yv, epochs):
        loss, acc = evaluate(self.model, xv, yv)
        print(f"before training: val loss {loss:.3f} acc {acc:.3f}")
        for epoch in range(epochs):
            total = 0
            for xb, yb in loader:
                self.opt.zero_grad()
                loss = F.cross_entropy(self.model(xb), yb)
                loss.backward()
                self.opt.step()
                total += loss.item()
            vl, va = evaluate(self.model, xv, yv)
            print(f"epoch {epoch + 1}: train {total / len(loader):.3f} val {vl:.3f} acc {va:.3f}")


loader = DataLoader(TensorDataset(X[:900], y[:900]), batch_size=50, shuffle=True)
model = ConvNet(10)
Trainer(model, lr=0.02).fit(loader, X[900:1300], y[900:1300], epochs=5)
