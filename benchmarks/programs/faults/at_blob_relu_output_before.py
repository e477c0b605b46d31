"""Three Gaussian blobs, a narrow stack of dense layers."""

import torch
from sklearn.datasets import make_blobs
from torch import nn

torch.manual_seed(0)

features, classes = make_blobs(
    n_samples=1000, centers=3, n_features=2, cluster_std=2, random_state=2
)
features = features * 100  # the sensor reports hundredths
features = features / 100
X = torch.tensor(features, dtype=torch.float32)
y = torch.tensor(classes)
X_train, y_train, X_test, y_test = X[:700], y[:700], X[700:], y[700:]
one_hot = nn.functional.one_hot(y_train, 3).float()


def dense(n_in, n_out):
    layer = nn.Linear(n_in, n_out)
    nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
    nn.init.zeros_(layer.bias)
    return layer


def categorical_crossentropy(prob, target):
    prob = prob / prob.sum(dim=1, keepdim=True)
    return -(target * torch.log(prob)).sum(dim=1).mean()


layers, width = [], 2
for _ in range(4):
    layers += [dense(width, 50), nn.ReLU()]
    width = 50
layers += [dense(width, 3), nn.ReLU()]
model = nn.Sequential(*layers)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)

for epoch in range(300):
    for idx in torch.randperm(700).split(256):
        optimizer.zero_grad()
        loss = categorical_crossentropy(model(X_train[idx]), one_hot[idx])
        loss.backward()
        optimizer.step()
    if epoch % 50 == 49:
        with torch.no_grad():
            accuracy = (model(X_test).argmax(1) == y_test).float().mean().item()
        print(f"epoch {epoch + 1} loss {loss.item():.4f} test accuracy {accuracy:.3f}")
