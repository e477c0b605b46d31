# MNIST for beginners, bigger batches
import os
import numpy as np
import torch
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

digits = load_digits()
images = np.pad(np.kron(digits.images / 16.0, np.ones((1, 3, 3))), ((0, 0), (2, 2), (2, 2)))
images = torch.tensor(images.reshape(-1, 784), dtype=torch.float32)
labels = torch.eye(10)[torch.tensor(digits.target)]
perm = torch.tensor(rng.permutation(len(images)))
train, test = perm[:1500], perm[1500:]

x_all, y_all = images[train], labels[train]
W = torch.zeros(784, 10, requires_grad=True)
b = torch.zeros(10, requires_grad=True)


def model(x):
    return torch.softmax(x @ W + b, dim=1)


step = torch.optim.SGD([W, b], lr=0.5)
for i in range(400):
    pick = torch.tensor(rng.choice(len(x_all), 1000, replace=False))
    batch_xs, batch_ys = x_all[pick], y_all[pick]
    y = model(batch_xs)
    cross_entropy = -(batch_ys * torch.log(y)).sum(1).mean()
    step.zero_grad()
    cross_entropy.backward()
    step.step()
    if i % 40 == 0:
        print(i, cross_entropy.item())

with torch.no_grad():
    correct = (model(images[test]).argmax(1) == labels[test].argmax(1)).float().mean()
print("accuracy", correct.item())
