import os
import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import TensorDataset, DataLoader

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED); torch.manual_seed(SEED)

def fake_cifar(n, side=16, classes=10, seed=0):
    rng = np.random.RandomState(100)
    coarse = rng.randn(classes, 3, 4, 4)
    templ = np.kron(coarse, np.ones((1, 1, side // 4, side // 4)))
    r = np.random.RandomState(seed + 1)
    y = r.randint(0, classes, n)
    img = templ[y] * r.uniform(18, 45, (n, 1, 1, 1)) + r.randn(n, 3, side, side) * 30 + 120
    shift = r.randint(-2, 3, (n, 2))
    img = np.stack([np.roll(im, tuple(s), axis=(1, 2)) for im, s in zip(img, shift)])
    return np.clip(img, 0, 255).astype("uint8"), y


def conv(ci, co):
    c = nn.Conv2d(ci, co, 3, padding=1)
    nn.init.xavier_uniform_(c.weight)
    nn.init.zeros_(c.bias)
    return c


def dense(i, o):
    f = nn.Linear(i, o)
    nn.init.xavier_uniform_(f.weight)
    nn.init.zeros_(f.bias)
    return f


Act = nn.ReLU
model = nn.Sequential(
    conv(3, 12), Act(), conv(12, 12), Act(), nn.MaxPool2d(2),
    conv(12, 24), Act(), conv(24, 24), Act(), nn.MaxPool2d(2),
    conv(24, 24), Act(), conv(24, 24), Act(), nn.MaxPool2d(2),
    nn.Flatten(), dense(96, 96), Act(), dense(96, 10),
)

x, y = fake_cifar(1600, seed=SEED)
x = torch.from_numpy(x).float() / 255
y = torch.from_numpy(y)
tr = DataLoader(TensorDataset(x[:1300], y[:1300]), batch_size=32, shuffle=True)
opt = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9, nesterov=True)
ce = nn.CrossEntropyLoss()

for epoch in range(12):
    tot, n = 0.0, 0
    for xb, yb in tr:
        opt.zero_grad()
        loss = ce(model(xb), yb)
        loss.backward()
        opt.step()
        tot += loss.item() * len(yb); n += len(yb)
    with torch.no_grad():
        va = (model(x[1300:]).argmax(1) == y[1300:]).float().mean().item()
    print(f"Epoch {epoch + 1}/12 loss: {tot / n:.4f} val_accuracy: {va:.4f}")
