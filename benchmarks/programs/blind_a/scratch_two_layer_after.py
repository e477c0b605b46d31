# 从零实现两层神经网络 (不使用 nn.Module)
import os
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

# 读取数据
X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X / 16.0, y, test_size=0.25, random_state=SEED)
X_train = torch.tensor(X_train, dtype=torch.float32)
X_test = torch.tensor(X_test, dtype=torch.float32)
y_train = torch.tensor(y_train)
y_test = torch.tensor(y_test)

num_inputs, num_hiddens, num_outputs = 64, 64, 10

# 初始化参数
W1 = (torch.randn(num_inputs, num_hiddens) * 0.1).requires_grad_()
b1 = torch.zeros(num_hiddens, requires_grad=True)
W2 = (torch.randn(num_hiddens, num_outputs) * 0.1).requires_grad_()
b2 = torch.zeros(num_outputs, requires_grad=True)
params = [W1, b1, W2, b2]


def net(X):
    H = torch.tanh(X @ W1 + b1)
    return H @ W2 + b2


def cross_entropy(logits, y):
    logp = logits - logits.logsumexp(dim=1, keepdim=True)
    return -logp[torch.arange(len(y)), y].mean()


def sgd(params, lr):
    with torch.no_grad():
        for p in params:
            p -= lr * p.grad
            p.grad.zero_()


def data_iter(batch_size, X, y):
    idx = torch.randperm(len(X))
    for i in range(0, len(X), batch_size):
        j = idx[i:i + batch_size]
        yield X[j], y[j]


def evaluate(X, y):
    with torch.no_grad():
        return (net(X).argmax(1) == y).float().mean().item()


# 训练
lr, num_epochs, batch_size = 0.1, 30, 64
for epoch in range(num_epochs):
    total, count = 0.0, 0
    for xb, yb in data_iter(batch_size, X_train, y_train):
        l = cross_entropy(net(xb), yb)
        l.backward()
        sgd(params, lr)
        total += l.item() * len(yb)
        count += len(yb)
    if (epoch + 1) % 5 == 0:
        print(f"epoch {epoch + 1}, loss {total / count:.4f}, test acc {evaluate(X_test, y_test):.3f}")
print("最终测试精度:", round(evaluate(X_test, y_test), 3))
