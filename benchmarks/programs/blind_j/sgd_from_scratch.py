import os
import torch

# d2l 风格: 从零实现 softmax 回归 + 单隐层 MLP
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
num_inputs, num_hiddens, num_outputs, batch_size = 20, 64, 4, 50

centers = torch.randn(8, num_inputs) * 1.2
which = torch.randint(0, 8, (3000,))
features = centers[which] + torch.randn(3000, num_inputs)
labels = which % 4

W1 = torch.normal(0, 0.1, (num_inputs, num_hiddens), requires_grad=True)
b1 = torch.zeros(num_hiddens, requires_grad=True)
W2 = torch.normal(0, 0.1, (num_hiddens, num_outputs), requires_grad=True)
b2 = torch.zeros(num_outputs, requires_grad=True)
params = [W1, b1, W2, b2]


def relu(X):
    return torch.max(X, torch.zeros_like(X))


def net(X):
    return relu(X @ W1 + b1) @ W2 + b2


def cross_entropy(y_hat, y):
    z = y_hat - y_hat.max(dim=1, keepdim=True).values
    return -(z[range(len(z)), y] - z.exp().sum(1).log())


def sgd(params, lr, n):
    with torch.no_grad():
        for p in params:
            p -= lr * p.grad / n
            p.grad.zero_()


def data_iter(n):
    idx = torch.randperm(n)
    for i in range(0, n, batch_size):
        j = idx[i:i + batch_size]
        yield features[j], labels[j]


for epoch in range(12):
    total = 0.0
    for X, y in data_iter(2500):
        l = cross_entropy(net(X), y).sum()
        l.backward()
        sgd(params, 0.2, len(y))
        total += l.item()
    with torch.no_grad():
        acc = (net(features[2500:]).argmax(1) == labels[2500:]).float().mean().item()
    print(f"epoch {epoch + 1}, loss {total / 2500:.4f}, test acc {acc:.3f}")
