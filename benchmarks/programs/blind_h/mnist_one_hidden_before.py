# one hidden layer MLP on 28x28 digits
import os
import numpy as np
import torch
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

d = load_digits()
img = np.kron(d.images / 16.0, np.ones((1, 3, 3)))
img = np.pad(img, ((0, 0), (2, 2), (2, 2))).reshape(len(img), 784).astype("float32")
onehot = np.eye(10, dtype="float32")[d.target]
order = rng.permutation(len(img))
x_train, y_train = img[order[:1500]], onehot[order[:1500]]
x_test, y_test = img[order[1500:]], onehot[order[1500:]]
x_test, y_test = torch.from_numpy(x_test), torch.from_numpy(y_test)

W_h1 = torch.randn(784, 512, requires_grad=True)
W_out = torch.randn(512, 10, requires_grad=True)


def forward(x):
    h1 = torch.sigmoid(x @ W_h1)
    return h1 @ W_out


def next_batch(n=50):
    idx = rng.randint(0, len(x_train), n)
    return torch.from_numpy(x_train[idx]), torch.from_numpy(y_train[idx])


train_step = torch.optim.SGD([W_h1, W_out], lr=0.05)
for i in range(600):
    bx, by = next_batch()
    y_ = forward(bx)
    cross_entropy = torch.sum(-by * torch.log(y_) - (1 - by) * torch.log(1 - y_), 1)
    loss = cross_entropy.mean()
    train_step.zero_grad()
    loss.backward()
    train_step.step()
    if i % 100 == 0:
        with torch.no_grad():
            acc = (forward(x_test).argmax(1) == y_test.argmax(1)).float().mean()
        print("step %d loss %g, test accuracy %.4f" % (i, loss.item(), acc.item()))
with torch.no_grad():
    acc = (forward(x_test).argmax(1) == y_test.argmax(1)).float().mean()
print("test accuracy", acc.item())
