import os
import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.metrics import f1_score, balanced_accuracy_score

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)


def transactions(n, rate=0.02):
    y = (np.random.rand(n) < rate).astype(np.float32)
    X = np.random.randn(n, 12).astype(np.float32)
    X[:, 0] += 0.9 * y
    X[:, 3] -= 0.8 * y
    X[:, 5] += 0.8 * y * np.sign(X[:, 6])
    X[:, 8] += 0.7 * y
    return X, y


X, y = transactions(6000)
Xv, yv = transactions(4000)
train_loader = DataLoader(TensorDataset(torch.from_numpy(X), torch.from_numpy(y)), batch_size=128, shuffle=True)


class FraudNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(12, 32)
        self.fc2 = nn.Linear(32, 16)
        self.fc3 = nn.Linear(16, 1)
        self.act = nn.ReLU()

    def forward(self, x):
        x = self.act(self.fc1(x))
        x = self.act(self.fc2(x))
        return self.fc3(x).squeeze(-1)


model = FraudNet()
pos_weight = torch.tensor((y == 0).sum() / (y == 1).sum())
criterion = nn.BCEWithLogitsLoss(pos_weight=pos_weight)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-4)

for epoch in range(10):
    model.train()
    total, seen = 0.0, 0
    for xb, yb in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(xb)
        seen += len(xb)
    model.eval()
    with torch.no_grad():
        pred = (torch.sigmoid(model(torch.from_numpy(Xv))) > 0.5).numpy()
    print(f"epoch {epoch}: loss {total / seen:.4f} acc {(pred == yv).mean():.4f} "
          f"balanced acc {balanced_accuracy_score(yv, pred):.3f} f1 {f1_score(yv, pred, zero_division=0):.3f}")
