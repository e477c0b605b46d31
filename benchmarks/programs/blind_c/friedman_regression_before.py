# Homework 3: regression with a small MLP
import os
import numpy as np
import torch
from torch import nn
from torch.utils.data import Dataset, DataLoader
from sklearn.datasets import make_friedman1
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

X, y = make_friedman1(n_samples=1500, noise=0.5, random_state=SEED)
n_train = 1200
xs = StandardScaler().fit(X[:n_train])
mu, sd = y[:n_train].mean(), y[:n_train].std()
X = xs.transform(X)
y = (y - mu) / sd


class TabularDataset(Dataset):
    def __init__(self, X, y):
        self.X = torch.FloatTensor(X)
        self.y = torch.FloatTensor(y)

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i], self.y[i]


train_dl = DataLoader(TabularDataset(X[:n_train], y[:n_train]), batch_size=32, shuffle=True)
test_ds = TabularDataset(X[n_train:], y[n_train:])

model = nn.Sequential(
    nn.Linear(10, 64), nn.ReLU(),
    nn.Linear(64, 64), nn.ReLU(),
    nn.Linear(64, 1),
)
loss_fn = nn.MSELoss()
opt = torch.optim.Adam(model.parameters(), lr=1e-3)


def r2(pred, target):
    pred, target = pred.reshape(-1), target.reshape(-1)
    return 1 - ((pred - target) ** 2).sum() / ((target - target.mean()) ** 2).sum()


for epoch in range(20):
    total = 0.0
    for xb, yb in train_dl:
        pred = model(xb)
        loss = loss_fn(pred, yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item()
    if epoch % 4 == 3:
        print("epoch", epoch + 1, "mse", round(total / len(train_dl), 4))

with torch.no_grad():
    score = r2(model(test_ds.X), test_ds.y)
print("test R2: %.3f" % score.item())
