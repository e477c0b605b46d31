"""network.py of the book, on tensors: sigmoid units, quadratic cost, mini-batch SGD."""
import os
import random
import numpy as np
import torch
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)


class Network(torch.nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.weights = torch.nn.ParameterList([torch.nn.Parameter(torch.randn(x, y) / x ** .5) for x, y in zip(sizes[:-1], sizes[1:])])
        self.biases = torch.nn.ParameterList([torch.nn.Parameter(torch.randn(y)) for y in sizes[1:]])

    def feedforward(self, a):
        for w, b in zip(self.weights, self.biases):
            a = torch.sigmoid(a @ w + b)
        return a

    def SGD(self, x, y, epochs, mini_batch_size, eta, test):
        opt = torch.optim.SGD(self.parameters(), lr=eta)
        for j in range(epochs):
            order = list(range(len(x)))
            random.shuffle(order)
            for k in range(0, len(x), mini_batch_size):
                idx = order[k:k + mini_batch_size]
                cost = 0.5 * ((self.feedforward(x[idx]) - y[idx]) ** 2).sum(1).mean()
                opt.zero_grad()
                cost.backward()
                opt.step()
            print("Epoch {0}: {1:.4f}  cost {2:.4f}".format(j, self.evaluate(*test), cost.item()))

    @torch.no_grad()
    def evaluate(self, x, t):
        return (self.feedforward(x).argmax(1) == t).float().mean().item()


d = load_digits()
pix = torch.tensor(np.pad(np.kron(d.images / 16., np.ones((3, 3))), ((0, 0), (2, 2), (2, 2))).reshape(-1, 784), dtype=torch.float32)
tgt = torch.tensor(d.target)
p = torch.randperm(len(pix))
pix, tgt = pix[p], tgt[p]
net = Network([784, 30, 10])
net.SGD(pix[:1400], torch.eye(10)[tgt[:1400]], 10, 10, 3.0, (pix[1400:], tgt[1400:]))
print("test accuracy %.4f" % net.evaluate(pix[1400:], tgt[1400:]))
