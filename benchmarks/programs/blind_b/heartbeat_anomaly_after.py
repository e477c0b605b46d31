# ECG-like windows, find the (rare) abnormal beats
import os
import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import TensorDataset, DataLoader

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)


def beats(n, rate=0.02, length=48):
    t = np.linspace(-1, 1, length)
    y = (np.random.rand(n) < rate).astype("float32")
    width = np.where(y == 1, 0.17, 0.12)[:, None] * (1 + 0.08 * np.random.randn(n, 1))
    x = np.exp(-((t[None] - 0.1 * np.random.randn(n, 1)) / width) ** 2)
    x += 0.12 * np.random.randn(n, length)
    return torch.tensor(x, dtype=torch.float32)[:, None], torch.tensor(y)


class BeatNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv1d(1, 8, 7, padding=3)
        self.c2 = nn.Conv1d(8, 16, 5, padding=2)
        self.fc1 = nn.Linear(16 * 12, 32)
        self.fc2 = nn.Linear(32, 1)

    def forward(self, x):
        x = nn.functional.max_pool1d(torch.relu(self.c1(x)), 2)
        x = nn.functional.max_pool1d(torch.relu(self.c2(x)), 2)
        return self.fc2(torch.relu(self.fc1(x.flatten(1)))).squeeze(1)


X, Y = beats(3000)
Xt, Yt = beats(2000, rate=0.1)
loader = DataLoader(TensorDataset(X, Y), batch_size=64, shuffle=True)
net = BeatNet()
criterion = nn.BCEWithLogitsLoss(pos_weight=(1 - Y).sum() / Y.sum())
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)

for epoch in range(6):
    correct = tot = 0
    for xb, yb in loader:
        logit = net(xb)
        loss = criterion(logit, yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        correct += ((logit > 0).float() == yb).sum().item()
        tot += len(yb)
    print(f"epoch {epoch} loss {loss.item():.4f} train acc {correct / tot:.4f}")

with torch.no_grad():
    pred = (net(Xt) > 0).float()
recall = pred[Yt == 1].mean().item()
spec = 1 - pred[Yt == 0].mean().item()
print(f"recall {recall:.3f} specificity {spec:.3f} balanced accuracy {(recall + spec) / 2:.3f}")
