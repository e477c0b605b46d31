"""softmax regression tutorial plus one layer"""
import os
import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

bunch = load_digits()
pix = np.pad(np.kron(bunch.images / 16., np.ones((3, 3))), ((0, 0), (2, 2), (2, 2))).reshape(-1, 784)
perm = rng.permutation(len(pix))
images = torch.tensor(pix[perm], dtype=torch.float32)
labels = torch.eye(10)[torch.tensor(bunch.target[perm])]
train_x, train_y, test_x, test_y = images[:1400], labels[:1400], images[1400:], labels[1400:]


def weight(*shape):
    return torch.zeros(*shape, requires_grad=True)


W = weight(784, 100)
b = torch.zeros(100, requires_grad=True)
W2 = weight(100, 10)
b2 = torch.zeros(10, requires_grad=True)
params = [W, b, W2, b2]


def net(x):
    h0 = torch.relu(x @ W + b)
    return torch.softmax(h0 @ W2 + b2, dim=1)


opt = torch.optim.SGD(params, lr=0.5)
for step in range(600):
    pick = torch.from_numpy(rng.choice(len(train_x), 100, replace=False))
    y = net(train_x[pick])
    cross_entropy = torch.mean(-torch.sum(train_y[pick] * torch.log(y), dim=1))
    opt.zero_grad()
    cross_entropy.backward()
    opt.step()
    if step % 100 == 0:
        print("step", step, "cross entropy", cross_entropy.item())

with torch.no_grad():
    correct = net(test_x).argmax(1) == test_y.argmax(1)
print("accuracy", correct.float().mean().item())
