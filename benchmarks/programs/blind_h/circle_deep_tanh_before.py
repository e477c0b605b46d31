# Two circles, deep narrow MLP (port of a Keras script)
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import make_circles
from sklearn.preprocessing import MinMaxScaler

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

X, y = make_circles(n_samples=1000, noise=0.1, random_state=1)
X = MinMaxScaler(feature_range=(-1, 1)).fit_transform(X)
n_train = 500
trainX, testX = X[:n_train], X[n_train:]
trainy, testy = y[:n_train], y[n_train:]
trainX = torch.tensor(trainX, dtype=torch.float32)
testX = torch.tensor(testX, dtype=torch.float32)
trainy = torch.tensor(trainy, dtype=torch.float32).unsqueeze(1)
testy = torch.tensor(testy, dtype=torch.float32).unsqueeze(1)


def dense(i, o):
    layer = nn.Linear(i, o)
    nn.init.uniform_(layer.weight, 0.0, 1.0)
    nn.init.zeros_(layer.bias)
    return layer


layers = [dense(2, 5), nn.Tanh()]
for _ in range(4):
    layers += [dense(5, 5), nn.Tanh()]
layers += [dense(5, 1)]
model = nn.Sequential(*layers)
criterion = nn.BCEWithLogitsLoss()
opt = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

for epoch in range(100):
    perm = torch.randperm(n_train)
    total = 0.0
    for i in range(0, n_train, 32):
        idx = perm[i:i + 32]
        opt.zero_grad()
        loss = criterion(model(trainX[idx]), trainy[idx])
        loss.backward()
        opt.step()
        total += loss.item() * len(idx)
    if epoch % 10 == 0:
        print("epoch %d loss %.4f" % (epoch, total / n_train))

with torch.no_grad():
    tr = ((model(trainX) > 0).float() == trainy).float().mean().item()
    te = ((model(testX) > 0).float() == testy).float().mean().item()
print("Train: %.3f, Test: %.3f" % (tr, te))
