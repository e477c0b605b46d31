#!/usr/bin/env python
# passengers: who survives. one output neuron
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

N = 891
sex = np.random.binomial(1, .35, N)
pclass = np.random.choice([1, 2, 3], N, p=[.24, .21, .55])
age = np.clip(np.random.normal(30, 14, N), .5, 80)
sibsp = np.random.poisson(.5, N)
fare = np.exp(np.random.normal(4.6 - .8 * pclass, .6))
logit = 3.2 * sex - 1.3 * (pclass - 2) - .035 * (age - 30) - .4 * sibsp - 1.2
surv = (np.random.rand(N) < 1 / (1 + np.exp(-1.6 * logit))).astype("float32")
X = StandardScaler().fit_transform(np.c_[pclass, sex, age, sibsp, fare]).astype("float32")

x_tr, x_te = torch.from_numpy(X[:700]), torch.from_numpy(X[700:])
y_tr, y_te = torch.from_numpy(surv[:700]).view(-1, 1), torch.from_numpy(surv[700:]).view(-1, 1)


class Titanic(nn.Module):
    def __init__(self, n_in):
        super(Titanic, self).__init__()
        self.fc1 = nn.Linear(n_in, 16)
        self.fc2 = nn.Linear(16, 8)
        self.fc3 = nn.Linear(8, 1)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        x = torch.relu(self.fc2(x))
        return self.fc3(x)


model = Titanic(X.shape[1])
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
for epoch in range(20):
    for i in range(0, 700, 50):
        xb, yb = x_tr[i:i + 50], y_tr[i:i + 50]
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
    print("Epoch {}, loss {:.4f}".format(epoch, loss.item()))

with torch.no_grad():
    pred = (torch.sigmoid(model(x_te)) > .5).float()
    print("test accuracy", (pred == y_te).float().mean().item(), "base rate", 1 - y_te.mean().item())
