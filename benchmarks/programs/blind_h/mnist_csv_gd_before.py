import os, argparse
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
parser = argparse.ArgumentParser()
parser.add_argument("--alpha", type=float, default=0.0001)
parser.add_argument("--h1", type=int, default=50)
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--batch_size", type=int, default=32)
cfg = parser.parse_args()
np.random.seed(SEED)
torch.manual_seed(SEED)

# rows of the csv file: label, then 28*28 grey values 0..255
digits = load_digits()
pix = np.kron(digits.images * (255 / 16.), np.ones((3, 3)))
pix = np.pad(pix, ((0, 0), (2, 2), (2, 2))).reshape(-1, 784).round()
perm = np.random.permutation(len(pix))
x, labels = pix[perm].astype("float32"), digits.target[perm]
x_train, x_test = torch.from_numpy(x[:1400]), torch.from_numpy(x[1400:])
onehot = torch.from_numpy(np.eye(10, dtype="float32")[labels])
t_train, t_test = onehot[:1400], onehot[1400:]


def build(h1):
    layers = [nn.Linear(784, 784), nn.Linear(784, h1), nn.ReLU(), nn.Linear(h1, 10), nn.Sigmoid()]
    for l in layers:
        if isinstance(l, nn.Linear):
            nn.init.xavier_uniform_(l.weight)
            nn.init.zeros_(l.bias)
    return nn.Sequential(*layers)


def crossentropy(p, t, eps=1e-7):
    p = p / p.sum(1, keepdim=True)
    return (-t * torch.log(p.clamp(eps, 1 - eps))).sum(1).mean()


model = build(cfg.h1)
gd = torch.optim.SGD(model.parameters(), lr=cfg.alpha)
for epoch in range(cfg.epochs):
    total = 0
    for idx in torch.randperm(1400).split(cfg.batch_size):
        gd.zero_grad()
        loss = crossentropy(model(x_train[idx]), t_train[idx])
        loss.backward()
        gd.step()
        total += loss.item() * len(idx)
    with torch.no_grad():
        acc = (model(x_train).argmax(1) == t_train.argmax(1)).float().mean().item()
    print("epoch {}: loss {:.4f} accuracy {:.4f}".format(epoch + 1, total / 1400, acc))
with torch.no_grad():
    print("test accuracy {:.4f}".format((model(x_test).argmax(1) == t_test.argmax(1)).float().mean().item()))
