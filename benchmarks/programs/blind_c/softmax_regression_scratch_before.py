import os
import torch
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X, y = load_digits(return_X_y=True)
X = torch.tensor(X, dtype=torch.float32) / 16
y = torch.tensor(y)
p = torch.randperm(len(y))
X, y = X[p], y[p]
Xtr, ytr, Xte, yte = X[:1400], y[:1400], X[1400:], y[1400:]

num_inputs, num_hiddens, num_outputs = 64, 64, 10
W1 = torch.randn(num_inputs, num_hiddens) * 0.1
b1 = torch.zeros(num_hiddens)
W2 = torch.randn(num_hiddens, num_outputs) * 0.1
b2 = torch.zeros(num_outputs)
params = [W1, b1, W2, b2]
for param in params:
    param.requires_grad_(True)


def net(X):
    H = torch.clamp(X @ W1 + b1, min=0)
    return H @ W2 + b2


def cross_entropy(logits, y):
    logp = logits - torch.logsumexp(logits, 1, keepdim=True)
    return -logp[range(len(y)), y].mean()


def sgd(params, lr):
    with torch.no_grad():
        for param in params:
            grad = param.grad.clone()
            param.grad.zero_()
            param = param - lr * grad


def accuracy(X, y):
    with torch.no_grad():
        return (net(X).argmax(1) == y).float().mean().item()


lr, batch_size = 0.2, 50
for epoch in range(10):
    order = torch.randperm(len(ytr))
    total = 0.0
    for idx in order.split(batch_size):
        loss = cross_entropy(net(Xtr[idx]), ytr[idx])
        loss.backward()
        sgd(params, lr)
        total += loss.item() * len(idx)
    print(f"epoch {epoch + 1}, loss {total / len(ytr):.4f}, test acc {accuracy(Xte, yte):.3f}")
