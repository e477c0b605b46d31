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


x_train, y_train, x_valid, y_valid = digits28(rng)
lr, epochs, bs = 0.1, 10, 64


class MnistMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin1 = nn.Linear(784, 64)
        self.lin2 = nn.Linear(64, 10)

    def forward(self, xb):
        return torch.log_softmax(self.lin2(torch.relu(self.lin1(xb))), dim=1)


model = MnistMLP()
opt = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
loss_func = nn.NLLLoss()
for epoch in range(epochs):
    model.train()
    for i in range((len(x_train) - 1) // bs + 1):
        xb, yb = x_train[i * bs:(i + 1) * bs], y_train[i * bs:(i + 1) * bs]
        loss = loss_func(model(xb), yb)
        loss.backward()
        opt.step()
        opt.zero_grad()
    model.eval()
    with torch.no_grad():
        out = model(x_valid)
        print(epoch, loss.item(), "valid", loss_func(out, y_valid).item(), "acc", (out.argmax(1) == y_valid).float().mean().item())
