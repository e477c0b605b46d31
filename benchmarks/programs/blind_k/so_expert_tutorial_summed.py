# MNIST for experts, ported line by line from the TensorFlow tutorial
import os
import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)


def weight_variable(*shape):
    t = torch.empty(*shape)
    torch.nn.init.trunc_normal_(t, std=0.1, a=-0.2, b=0.2)
    return t.requires_grad_()


def bias_variable(n):
    return torch.full((n,), 0.1).requires_grad_()


W1, b1 = weight_variable(16, 1, 5, 5), bias_variable(16)
W2, b2 = weight_variable(32, 16, 5, 5), bias_variable(32)
W3, b3 = weight_variable(32 * 4 * 4, 256), bias_variable(256)
W4, b4 = weight_variable(256, 10), bias_variable(10)
variables = [W1, b1, W2, b2, W3, b3, W4, b4]


def net(x, keep_prob):
    h = F.max_pool2d(F.relu(F.conv2d(x, W1, b1, padding=2)), 2)
    h = F.max_pool2d(F.relu(F.conv2d(h, W2, b2, padding=2)), 2)
    h = F.relu(h.flatten(1) @ W3 + b3)
    h = F.dropout(h, 1.0 - keep_prob)
    return h @ W4 + b4


d = load_digits()
img = torch.tensor(np.kron(d.images / 16.0, np.ones((1, 2, 2))), dtype=torch.float32).unsqueeze(1)
target = torch.tensor(d.target)
perm = torch.randperm(len(img))
img, target = img[perm], target[perm]
train_step = torch.optim.Adam(variables, lr=1e-4, eps=1e-8)
for i in range(400):
    b = torch.randint(0, 1400, (50,))
    onehot = F.one_hot(target[b], 10).float()
    y_conv = torch.log_softmax(net(img[b], 0.5), dim=1)
    cross_entropy = -(onehot * y_conv).sum()
    train_step.zero_grad()
    cross_entropy.backward()
    train_step.step()
    if i % 50 == 0:
        print("step", i, "loss", cross_entropy.item())
with torch.no_grad():
    print("test accuracy", (net(img[1400:], 1.0).argmax(1) == target[1400:]).float().mean().item())
