import os
import numpy as np
import torch
from torch import nn, optim
import torch.nn.functional as F
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)


class Classifier(nn.Module):
    def __init__(self, n_features):
        super().__init__()
        self.hidden1 = nn.Linear(n_features, 15)
        self.hidden2 = nn.Linear(15, 15)
        self.out = nn.Linear(15, 1)

    def forward(self, x):
        x = F.relu(self.hidden1(x))
        x = F.relu(self.hidden2(x))
        return F.softmax(self.out(x), dim=1)


data = load_breast_cancer()
X, Y = data.data, 1 - data.target
idx = np.random.permutation(len(X))
X, Y = X[idx], Y[idx]
scaler = StandardScaler().fit(X[:400])
X = scaler.transform(X)
x_train = torch.from_numpy(X[:400]).float()
y_train = torch.from_numpy(Y[:400]).float().view(-1, 1)
x_val = torch.from_numpy(X[400:]).float()
y_val = torch.from_numpy(Y[400:]).float().view(-1, 1)

net = Classifier(x_train.shape[1])
opt = optim.Adam(net.parameters(), lr=0.005)
loss_fn = nn.BCELoss()
batch_size = 50
for epoch in range(30):
    perm = torch.randperm(len(x_train))
    for i in range(0, len(x_train), batch_size):
        b = perm[i:i + batch_size]
        opt.zero_grad()
        y_hat = net(x_train[b])
        loss = loss_fn(y_hat, y_train[b])
        loss.backward()
        opt.step()
    if epoch % 5 == 0:
        print("Epoch", epoch, "loss", loss.item())

with torch.no_grad():
    acc = ((net(x_val) > 0.5).float() == y_val).float().mean()
print("val acc", acc.item())
