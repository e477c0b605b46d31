"""House-number style pictures read from a .mat-like array of shape (H, W, C, N)."""
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)


def loadmat():
    d = load_digits()
    order = rng.permutation(len(d.target))
    img = np.kron(d.images[order], np.ones((1, 2, 2))) / 16.0          # N,16,16
    colour = rng.uniform(0.4, 1.0, (len(img), 1, 1, 3))
    pics = img[..., None] * colour * 200 + rng.normal(20, 8, img.shape + (3,))
    return {"X": pics.clip(0, 255).astype("uint8").transpose(1, 2, 3, 0), "y": d.target[order]}


mat = loadmat()
print(mat["X"].shape, mat["y"].shape)
images = mat["X"].astype("float32") / 255.0
n = images.shape[3]
images = images.reshape(n, 3, 16, 16)
images = (images - images.mean()) / images.std()
X = torch.from_numpy(np.ascontiguousarray(images))
Y = torch.from_numpy(mat["y"]).long()
train = DataLoader(TensorDataset(X[:1400], Y[:1400]), batch_size=32, shuffle=True)

net = nn.Sequential(
    nn.Conv2d(3, 8, 3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(8, 16, 3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(16 * 2 * 2, 32), nn.ReLU(), nn.Linear(32, 10))
opt = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
ce = nn.CrossEntropyLoss()
for epoch in range(8):
    s = 0.0
    for xb, yb in train:
        opt.zero_grad()
        loss = ce(net(xb), yb)
        loss.backward()
        opt.step()
        s += loss.item()
    print("epoch", epoch + 1, "loss", round(s / len(train), 4))
with torch.no_grad():
    print("test accuracy", (net(X[1400:]).argmax(1) == Y[1400:]).float().mean().item())
