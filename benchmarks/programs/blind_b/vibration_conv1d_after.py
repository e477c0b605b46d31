# Bearing vibration classification with a plain 1-D CNN (4 fault types), homework 3
import os
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)


def make_signals(n, length=64):
    t = np.arange(length)
    X, y = [], []
    for _ in range(n):
        c = np.random.randint(4)
        freq = [0.05, 0.11, 0.19, 0.31][c]
        s = np.sin(2 * np.pi * freq * t + np.random.rand() * 6.28)
        X.append(s + 0.5 * np.random.randn(length))
        y.append(c)
    return torch.tensor(np.array(X), dtype=torch.float32).unsqueeze(1), torch.tensor(y)


def conv_block(cin, cout):
    return nn.Sequential(
        nn.Conv1d(cin, cout, kernel_size=5, padding=2),
        nn.ReLU(),
    )


class VibrationNet(nn.Module):
    def __init__(self, depth=6, width=16, n_classes=4):
        super().__init__()
        layers = [conv_block(1, width)]
        for _ in range(depth - 1):
            layers.append(conv_block(width, width))
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveMaxPool1d(4)
        self.fc = nn.Linear(width * 4, n_classes)

    def forward(self, x):
        z = self.pool(self.features(x))
        return self.fc(z.flatten(1))


Xtr, ytr = make_signals(800)
Xte, yte = make_signals(300)
loader = DataLoader(TensorDataset(Xtr, ytr), batch_size=32, shuffle=True)
net = VibrationNet()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)

for epoch in range(10):
    total = 0.0
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = criterion(net(xb), yb)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(xb)
    with torch.no_grad():
        acc = (net(Xte).argmax(1) == yte).float().mean().item()
    print("epoch", epoch, "train loss %.4f" % (total / len(Xtr)), "test acc %.3f" % acc)
print("final test accuracy:", round(acc, 3))
