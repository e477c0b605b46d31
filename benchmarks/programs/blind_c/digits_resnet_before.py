import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X, y = load_digits(return_X_y=True)
X = torch.tensor(X, dtype=torch.float32).view(-1, 1, 8, 8) / 16
y = torch.tensor(y)
g = torch.randperm(len(X))
X, y = X[g], y[g]
train_ds = TensorDataset(X[:600], y[:600])
val_x, val_y = X[600:1200], y[600:1200]

BATCH_SIZE = 2
loader = DataLoader(train_ds, batch_size=BATCH_SIZE, shuffle=True, drop_last=True)


class Block(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(cout)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.b1 = Block(1, 16)
        self.b2 = Block(16, 32)
        self.fc = nn.Sequential(nn.Linear(32, 32, bias=False), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 10))

    def forward(self, x):
        x = F.max_pool2d(self.b1(x), 2)
        x = self.b2(x)
        x = F.adaptive_avg_pool2d(x, 1).flatten(1)
        return self.fc(x)


def evaluate(model):
    model.eval()
    with torch.no_grad():
        out = model(val_x)
    return F.cross_entropy(out, val_y).item(), (out.argmax(1) == val_y).float().mean().item()


model = Net()
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
n_steps = 0
epoch = 0
while n_steps < 600:
    model.train()
    tot = 0
    for xb, yb in loader:
        opt.zero_grad()
        loss = F.cross_entropy(model(xb), yb)
        loss.backward()
        opt.step()
        tot += loss.item()
        n_steps += 1
    epoch += 1
    vl, va = evaluate(model)
    print(f"epoch {epoch} steps {n_steps} train {tot / len(loader):.3f} val loss {vl:.3f} acc {va:.3f}")
