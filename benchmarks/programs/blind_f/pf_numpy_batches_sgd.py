# logistic-style net written by hand: numpy makes the batches, torch only gives gradients
import os
import numpy as np
import torch
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
rng = np.random.default_rng(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)

X, y = load_digits(return_X_y=True)
X = (X / 16.0).astype(np.float32)
order = rng.permutation(len(X))
train, test = order[:1400], order[1400:]

W1 = torch.tensor(rng.standard_normal((64, 64)) * np.sqrt(2 / 64), dtype=torch.float32, requires_grad=True)
b1 = torch.zeros(64, requires_grad=True)
W2 = torch.zeros(64, 10, requires_grad=True)
b2 = torch.zeros(10, requires_grad=True)
params = [W1, b1, W2, b2]
velocity = [torch.zeros_like(p) for p in params]


def forward(x):
    h = torch.clamp(x @ W1 + b1, min=0)
    return h @ W2 + b2


def cross_entropy(z, t):
    z = z - z.max(dim=1, keepdim=True).values
    return (torch.logsumexp(z, 1) - z[torch.arange(len(t)), t]).mean()


lr = 0.1
for epoch in range(12):
    rng.shuffle(train)
    total = 0.0
    for k in range(0, len(train), 40):
        ids = train[k:k + 40]
        xb = torch.from_numpy(X[ids])
        tb = torch.from_numpy(y[ids])
        loss = cross_entropy(forward(xb), tb)
        loss.backward()
        with torch.no_grad():
            for p, v in zip(params, velocity):
                v.mul_(0.9).add_(p.grad)
                p -= lr * v
                p.grad.zero_()
        total += loss.item() * len(ids)
    lr *= 0.9
    if epoch % 3 == 0:
        print("epoch", epoch, "loss", round(total / len(train), 4))

with torch.no_grad():
    acc = (forward(torch.from_numpy(X[test])).argmax(1).numpy() == y[test]).mean()
print("test accuracy", round(float(acc), 3))
