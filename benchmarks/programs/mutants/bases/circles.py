import os
import torch
import torch.nn as nn
from sklearn.datasets import make_circles

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X, Y = make_circles(n_samples=1200, noise=0.08, factor=0.45, random_state=SEED)
X = torch.tensor(X).float()
Y = torch.tensor(Y).float().unsqueeze(1)
train_x, train_y = X[:800], Y[:800]
test_x, test_y = X[800:], Y[800:]

def build():
    layers = []
    n_features = 2
    for units in [8, 5, 5]:
        dense = nn.Linear(n_features, units)
        nn.init.xavier_uniform_(dense.weight)
        nn.init.zeros_(dense.bias)
        layers.append(dense)
        layers.append(nn.Tanh())
        n_features = units
    last = nn.Linear(n_features, 1)
    nn.init.xavier_uniform_(last.weight)
    nn.init.zeros_(last.bias)
    layers.append(last)
    layers.append(nn.Sigmoid())
    return nn.Sequential(*layers)

model = build()
loss_function = nn.BCELoss()
sgd = torch.optim.SGD(model.parameters(), lr=0.3)

def fit(model, x, y, epochs=50, batch_size=32):
    history = []
    for epoch in range(epochs):
        order = torch.randperm(x.shape[0])
        total = 0
        for start in range(0, x.shape[0], batch_size):
            rows = order[start:start + batch_size]
            sgd.zero_grad()
            output = model(x[rows])
            loss = loss_function(output, y[rows])
            loss.backward()
            sgd.step()
            total += loss.item()
        history.append(total / (x.shape[0] // batch_size))
    return history

history = fit(model, train_x, train_y)
print("first", history[0], "last", history[-1])
with torch.no_grad():
    accuracy = ((model(test_x) > 0.5).float() == test_y).float().mean().item()
print("METRIC", accuracy, "CHANCE", max(test_y.mean().item(), 1 - test_y.mean().item()))
