import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import make_classification

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X, y = make_classification(2000, 20, n_informative=8, class_sep=1.2, random_state=SEED)
X = torch.tensor(X, dtype=torch.float32)
y = torch.tensor(y, dtype=torch.float32).reshape(-1, 1)
Xtr, ytr, Xte, yte = X[:1600], y[:1600], X[1600:], y[1600:]
loader = DataLoader(TensorDataset(Xtr, ytr), batch_size=64, shuffle=True)


class ChurnModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.bn = nn.BatchNorm1d(20)
        self.fc1 = nn.Linear(20, 64)
        self.fc2 = nn.Linear(64, 32)
        self.out = nn.Linear(32, 1)

    def forward(self, x):
        x = F.relu(self.fc1(self.bn(x)))
        x = F.relu(self.fc2(x))
        return self.out(x)


model = ChurnModel()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

for epoch in range(12):
    model.train()
    total = 0.0
    for xb, yb in loader:
        optimizer.zero_grad()
        out = model(xb)
        loss = criterion(out, yb)
        loss.backward()
        optimizer.step()
        total += loss.item()
    model.eval()
    with torch.no_grad():
        acc = ((model(Xte) > 0).float() == yte).float().mean().item()
    print(f"epoch {epoch + 1:2d} loss {total / len(loader):.4f} acc {acc:.3f}")
