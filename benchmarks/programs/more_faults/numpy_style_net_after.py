"""A three layer network without nn.Module, for the course."""

import numpy as np
import torch

np.random.seed(0)


def make_digits(n):
    proto = np.random.rand(10, 256) * (np.random.rand(10, 256) < 0.3)
    y = np.random.randint(0, 10, n)
    x = np.clip(proto[y] + 0.6 * np.random.randn(n, 256), 0, 1)
    return torch.tensor(x, dtype=torch.float32), torch.tensor(y)


X, y = make_digits(1500)
n_in, n_h1, n_h2, n_out = 256, 128, 64, 10


def init(fan_in, fan_out):
    w = torch.tensor(np.random.randn(fan_in, fan_out) / np.sqrt(fan_in), dtype=torch.float32)
    return w.requires_grad_(), torch.zeros(fan_out, requires_grad=True)


W1, b1 = init(n_in, n_h1)
W2, b2 = init(n_h1, n_h2)
W3, b3 = init(n_h2, n_out)
params = [W1, b1, W2, b2, W3, b3]
lr = 0.1


def forward(x):
    h1 = torch.tanh(x @ W1 + b1)
    h2 = torch.tanh(h1 @ W2 + b2)
    return h2 @ W3 + b3


for epoch in range(8):
    perm = torch.randperm(1200)
    for i in range(0, 1200, 50):
        idx = perm[i : i + 50]
        loss = torch.nn.functional.cross_entropy(forward(X[idx]), y[idx])
        loss.backward()
        with torch.no_grad():
            for p in params:
                p -= lr * p.grad
                p.grad = None
    with torch.no_grad():
        acc = (forward(X[1200:]).argmax(1) == y[1200:]).float().mean().item()
    print(f"epoch {epoch} loss {loss.item():.3f} acc {acc:.3f}")
