# two-layer network written by hand, after the "neural network from scratch" tutorial, but with autograd
import os
import torch
from sklearn.datasets import make_moons

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X_np, y_np = make_moons(n_samples=1200, noise=0.15, random_state=SEED)
X = torch.tensor(X_np, dtype=torch.float32)
X = (X - X.mean(0)) / X.std(0)
y = torch.tensor(y_np, dtype=torch.float32).view(-1, 1)
X_train, y_train = X[:900], y[:900]
X_test, y_test = X[900:], y[900:]

n_h = 24


def initialize_parameters(n_x, n_h, n_y):
    W1 = torch.zeros(n_x, n_h)
    b1 = torch.zeros(n_h)
    W2 = torch.zeros(n_h, n_y)
    b2 = torch.zeros(n_y)
    params = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
    for p in params.values():
        p.requires_grad_(True)
    return params


def forward(x, p):
    A1 = torch.tanh(x @ p["W1"] + p["b1"])
    return torch.sigmoid(A1 @ p["W2"] + p["b2"])


def cost(A2, target):
    A2 = A2.clamp(1e-6, 1 - 1e-6)
    return -(target * torch.log(A2) + (1 - target) * torch.log(1 - A2)).mean()


params = initialize_parameters(2, n_h, 1)
learning_rate = 0.5

for i in range(1500):
    batch = torch.randint(0, len(X_train), (128,))
    loss = cost(forward(X_train[batch], params), y_train[batch])
    loss.backward()
    with torch.no_grad():
        for p in params.values():
            p -= learning_rate * p.grad
            p.grad = None
    if i % 250 == 0:
        print("Cost after iteration %i: %f" % (i, loss.item()))

with torch.no_grad():
    acc = ((forward(X_test, params) > 0.5).float() == y_test).float().mean().item()
print("Accuracy:", acc)
