# coding: utf-8
# MNIST 全连接网络, Adadelta 优化器 (Keras 2.4 默认参数)
import os
import numpy as np
import torch
import torch.nn as nn
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

x_train, y_train, x_test, y_test = digits28(rng)

model = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
for m in model:
    if isinstance(m, nn.Linear):
        nn.init.xavier_uniform_(m.weight)
        nn.init.zeros_(m.bias)
optimizer = torch.optim.Adadelta(model.parameters(), lr=0.001, rho=0.95, eps=1e-7)
loss_fn = nn.CrossEntropyLoss()
for epoch in range(20):
    perm = torch.randperm(len(x_train))
    s = 0.0
    for i in range(0, len(perm), 64):
        k = perm[i:i + 64]
        optimizer.zero_grad()
        loss = loss_fn(model(x_train[k]), y_train[k])
        loss.backward()
        optimizer.step()
        s += loss.item() * len(k)
    if epoch % 2 == 0:
        print("第 %d 轮  loss %.4f" % (epoch, s / len(perm)))
with torch.no_grad():
    print("测试准确率 %.4f" % (model(x_test).argmax(1) == y_test).float().mean().item())
