# Course exercise, week 1: 3-layer model on make_circles
import os
import numpy as np
import sklearn.datasets
import torch

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

train_X, train_Y = sklearn.datasets.make_circles(n_samples=300, noise=.05, random_state=1)
test_X, test_Y = sklearn.datasets.make_circles(n_samples=100, noise=.05, random_state=2)
train_X = torch.tensor(train_X.T, dtype=torch.float32)
train_Y = torch.tensor(train_Y.reshape(1, -1), dtype=torch.float32)
test_X = torch.tensor(test_X.T, dtype=torch.float32)
test_Y = torch.tensor(test_Y.reshape(1, -1), dtype=torch.float32)


def initialize_parameters(layers_dims):
    parameters = {}
    for l in range(1, len(layers_dims)):
        shape = (layers_dims[l], layers_dims[l - 1])
        parameters["W" + str(l)] = torch.zeros(shape)
        parameters["b" + str(l)] = torch.zeros(layers_dims[l], 1)
    for p in parameters.values():
        p.requires_grad_(True)
    return parameters


def forward_propagation(X, p):
    a1 = torch.relu(p["W1"] @ X + p["b1"])
    a2 = torch.relu(p["W2"] @ a1 + p["b2"])
    return torch.sigmoid(p["W3"] @ a2 + p["b3"])


def compute_loss(a3, Y):
    return torch.nn.functional.binary_cross_entropy(a3, Y)


parameters = initialize_parameters([2, 10, 5, 1])
optimizer = torch.optim.SGD(list(parameters.values()), lr=0.01)
for i in range(3000):
    cost = compute_loss(forward_propagation(train_X, parameters), train_Y)
    optimizer.zero_grad()
    cost.backward()
    optimizer.step()
    if i % 500 == 0:
        print("Cost after iteration {}: {:.4f}".format(i, cost.item()))

with torch.no_grad():
    for name, X, Y in (("train", train_X, train_Y), ("test", test_X, test_Y)):
        acc = ((forward_propagation(X, parameters) > 0.5).float() == Y).float().mean().item()
        print(name, "accuracy:", round(acc, 3))
