import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

X, y = load_diabetes(return_X_y=True)
y = (y - y.mean()) / y.std()
X = StandardScaler().fit_transform(X)
X = torch.tensor(X, dtype=torch.float32)
y = torch.tensor(y, dtype=torch.float32).view(-1, 1)
ids = torch.randperm(len(X))
tr, te = ids[:350], ids[350:]


class Regressor(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = nn.Linear(10, 20)
        self.l2 = nn.Linear(20, 1)

    def forward(self, x):
        return self.l2(torch.relu(self.l1(x)))


model = Regressor()
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
for epoch in range(20):
    total = 0
    for b in tr[torch.randperm(len(tr))].split(32):
        out = model(X[b])
        loss = criterion(out, y[b])
        loss.backward()
        optimizer.step()
        total += loss.item()
    if epoch % 4 == 0:
        print('Epoch: {}, loss: {}'.format(epoch, total / 11))
with torch.no_grad():
    mse = criterion(model(X[te]), y[te]).item()
    print("test mse", mse, "r2", 1 - mse / y[te].var().item())
