import os
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

# %% data

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


img, lab = fake_cifar(1800, seed=SEED)
train_x = torch.from_numpy(img[:1400]).float()
test_x = torch.from_numpy(img[1400:]).float()
train_y, test_y = torch.from_numpy(lab[:1400]), torch.from_numpy(lab[1400:])

# %% model
model = nn.Sequential(
    nn.Conv2d(3, 16, 3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(16, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(32 * 2 * 2, 64), nn.ReLU(),
    nn.Linear(64, 10),
)

# %% training
optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
loss_fn = nn.CrossEntropyLoss()
dl = DataLoader(TensorDataset(train_x, train_y), batch_size=32, shuffle=True)
for epoch in range(12):
    model.train()
    tot = 0.0
    for xb, yb in dl:
        loss = loss_fn(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        tot += loss.item()
    model.eval()
    with torch.no_grad():
        acc = (model(test_x).argmax(1) == test_y).float().mean().item()
    print(f"epoch {epoch} train loss {tot / len(dl):.3f} val acc {acc:.3f}")
