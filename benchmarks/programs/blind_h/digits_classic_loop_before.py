import argparse
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=12)
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--batch-size", type=int, default=32)
args = parser.parse_args()
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rs = np.random.RandomState(SEED)

X, y = load_digits(return_X_y=True)
X = (X / 16.0).astype("float32")
order = rs.permutation(len(X))
tr, te = order[:1400], order[1400:]
train_loader = DataLoader(TensorDataset(torch.from_numpy(X[tr]), torch.from_numpy(y[tr])), args.batch_size, shuffle=True)
xt, yt = torch.from_numpy(X[te]), torch.from_numpy(y[te])


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 64)
        self.fc2 = nn.Linear(64, 64)
        self.fc3 = nn.Linear(64, 10)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        x = torch.relu(self.fc2(x))
        return self.fc3(x)


def train_epoch(model, loader, optimizer, criterion):
    model.train()
    optimizer.zero_grad()
    running = 0.0
    for data, target in loader:
        loss = criterion(model(data), target)
        loss.backward()
        optimizer.step()
        running += loss.item()
    return running / len(loader)


model = MLP()
optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
criterion = nn.CrossEntropyLoss()
for epoch in range(1, args.epochs + 1):
    avg = train_epoch(model, train_loader, optimizer, criterion)
    with torch.no_grad():
        acc = (model(xt).argmax(1) == yt).float().mean().item()
    print(f"Epoch {epoch:2d}: train loss {avg:.4f}, test acc {acc:.3f}")
