# 逻辑回归 from scratch: bare tensors, zero start, full batch gradient descent
import os
import torch
from sklearn.datasets import load_breast_cancer

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

data = load_breast_cancer()
X = torch.tensor(data.data, dtype=torch.float64)
y = torch.tensor(data.target, dtype=torch.float64)
perm = torch.randperm(len(X))
X, y = X[perm], y[perm]

n_train = 400
mean, std = X[:n_train].mean(0), X[:n_train].std(0)
X = (X - mean) / std
X_train, y_train = X[:n_train], y[:n_train]
X_test, y_test = X[n_train:], y[n_train:]

w = torch.zeros(30, dtype=torch.float64, requires_grad=True)
b = torch.zeros(1, dtype=torch.float64, requires_grad=True)


def predict(X):
    return torch.sigmoid(X @ w + b)


def loss_fn(p, y, eps=1e-12):
    p = p.clamp(eps, 1 - eps)
    return -(y * p.log() + (1 - y) * (1 - p).log()).mean()


lr = 0.5
l2 = 1e-3
for it in range(400):
    p = predict(X_train)
    loss = loss_fn(p, y_train) + l2 * (w ** 2).sum()
    loss.backward()
    with torch.no_grad():
        w -= lr * w.grad
        b -= lr * b.grad
    w.grad = None
    b.grad = None
    if it % 80 == 0:
        print(f"iter {it:4d} loss {loss.item():.5f}")

with torch.no_grad():
    acc = ((predict(X_test) > 0.5).double() == y_test).double().mean()
print(f"test accuracy {acc.item():.3f}  baseline {max(y_test.mean().item(), 1 - y_test.mean().item()):.3f}")
