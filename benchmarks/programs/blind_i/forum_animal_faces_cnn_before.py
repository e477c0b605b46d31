"""Small image classifier, three groups of pictures (synthetic 3x24x24 textures)."""
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

NUM_CLASSES = 8


def make_set(n):
    yy, xx = np.mgrid[0:24, 0:24] / 24.0
    labels = rng.randint(0, NUM_CLASSES, n)
    imgs = np.zeros((n, 3, 24, 24), dtype=np.float32)
    for i, c in enumerate(labels):
        ang = np.pi * c / NUM_CLASSES
        ph = rng.rand() * 2 * np.pi
        wave = np.sin(2 * np.pi * 3 * (np.cos(ang) * xx + np.sin(ang) * yy) + ph)
        imgs[i] = 0.5 + 0.2 * wave + 0.15 * rng.randn(3, 24, 24)
    imgs = (imgs.clip(0, 1) - 0.5) / 0.5
    return torch.from_numpy(imgs.astype(np.float32)), torch.from_numpy(labels).long()


class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 3 * 3, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, NUM_CLASSES)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = x.flatten(1)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return F.softmax(self.fc3(x), dim=1)


xtr, ytr = make_set(800)
xte, yte = make_set(300)
loader = DataLoader(TensorDataset(xtr, ytr), batch_size=16, shuffle=True)
net = ConvNet()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)

for epoch in range(10):
    running = 0.0
    for inputs, labels in loader:
        optimizer.zero_grad()
        loss = criterion(net(inputs), labels)
        loss.backward()
        optimizer.step()
        running += loss.item()
    print("[%d] loss: %.3f" % (epoch + 1, running / len(loader)))

net.eval()
with torch.no_grad():
    acc = (net(xte).argmax(1) == yte).float().mean().item()
print("accuracy on test pictures: %.3f" % acc)
