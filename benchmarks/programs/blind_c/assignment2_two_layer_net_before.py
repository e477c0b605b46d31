# two-layer network from scratch (assignment 2)
import os
import torch
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

digits = load_digits()
X = torch.tensor(digits.data, dtype=torch.float32) / 16
y = torch.tensor(digits.target)
perm = torch.randperm(len(y))
X, y = X[perm], y[perm]
n = 1400


class TwoLayerNet:
    def __init__(self, d_in, d_h, d_out):
        self.W1 = torch.full((d_in, d_h), 0.01)
        self.b1 = torch.zeros(d_h)
        self.W2 = torch.full((d_h, d_out), 0.01)
        self.b2 = torch.zeros(d_out)
        for p in self.parameters():
            p.requires_grad_()

    def parameters(self):
        return [self.W1, self.b1, self.W2, self.b2]

    def __call__(self, x):
        return torch.relu(x @ self.W1 + self.b1) @ self.W2 + self.b2


net = TwoLayerNet(64, 50, 10)
optimizer = torch.optim.SGD(net.parameters(), lr=0.3)
for epoch in range(12):
    perm = torch.randperm(n)
    losses = []
    for i in range(0, n, 64):
        idx = perm[i:i + 64]
        loss = torch.nn.functional.cross_entropy(net(X[idx]), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    with torch.no_grad():
        acc = (net(X[n:]).argmax(1) == y[n:]).float().mean().item()
    print("epoch %d: loss %.4f, val acc %.3f" % (epoch, sum(losses) / len(losses), acc))
