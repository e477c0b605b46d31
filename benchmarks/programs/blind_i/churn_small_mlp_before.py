# customer churn, one output unit
import os
import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

X, y = load_breast_cancer(return_X_y=True)
idx = np.random.permutation(len(X))
X, y = X[idx], y[idx]
sc = StandardScaler().fit(X[:450])
X = torch.tensor(sc.transform(X), dtype=torch.float32)
y = torch.tensor(y, dtype=torch.float32).view(-1, 1)
train = DataLoader(TensorDataset(X[:450], y[:450]), batch_size=15, shuffle=True)


class Classifier(nn.Module):
    def __init__(self, n_in):
        super(Classifier, self).__init__()
        self.h1 = nn.Linear(n_in, 24)
        self.h2 = nn.Linear(24, 12)
        self.out = nn.Linear(12, 1)

    def forward(self, x):
        x = torch.relu(self.h1(x))
        x = torch.relu(self.h2(x))
        return self.out(x)


net = Classifier(X.shape[1])
criterion = nn.CrossEntropyLoss()
opt = torch.optim.Adam(net.parameters(), lr=0.001)
for epoch in range(15):
    running = 0.0
    for xb, yb in train:
        opt.zero_grad()
        loss = criterion(net(xb), yb)
        loss.backward()
        opt.step()
        running += loss.item()
    if epoch % 3 == 0:
        print("Epoch %d loss: %.5f" % (epoch, running / len(train)))
with torch.no_grad():
    pred = (net(X[450:]) > 0).float()
print("Test accuracy: %.3f" % (pred == y[450:]).float().mean().item())
