# Basic softmax example with one more layer, moved from TensorFlow
import os
import numpy as np
import torch
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)


def digits28(rng):
    d = load_digits()
    im = np.pad(np.kron(d.images / 16.0, np.ones((1, 3, 3))), ((0, 0), (2, 2), (2, 2)))
    p = rng.permutation(len(im))
    x = torch.tensor(im[p].reshape(-1, 784), dtype=torch.float32)
    y = torch.tensor(d.target[p])
    return x[:1400], y[:1400], x[1400:], y[1400:]

x_train, t_train, x_test, t_test = digits28(rng)

W = torch.empty(784, 100).uniform_(-0.01, 0.01).requires_grad_()
b = torch.zeros(100, requires_grad=True)
W2 = torch.empty(100, 10).uniform_(-0.01, 0.01).requires_grad_()
b2 = torch.zeros(10, requires_grad=True)


def net(x):
    h0 = torch.relu(x @ W + b)
    return torch.softmax(h0 @ W2 + b2, 1)


opt = torch.optim.SGD([W, b, W2, b2], lr=0.3)
for i in range(500):
    k = torch.tensor(rng.randint(0, len(x_train), 100))
    y = net(x_train[k])
    y_ = torch.nn.functional.one_hot(t_train[k], 10).float()
    cross_entropy = torch.mean(-torch.sum(y_ * torch.log(y), 1))
    opt.zero_grad()
    cross_entropy.backward()
    opt.step()
    if i % 50 == 0:
        print(i, cross_entropy.item())
print("accuracy", (net(x_test).argmax(1) == t_test).float().mean().item())
