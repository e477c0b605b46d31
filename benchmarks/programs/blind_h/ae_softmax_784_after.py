import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

images = np.pad(np.kron(load_digits().images, np.ones((3, 3))), ((0, 0), (2, 2), (2, 2))) * 255 / 16
trainX = torch.tensor(np.round(images), dtype=torch.float32)[np.random.RandomState(SEED).permutation(len(images))]
print("shape of the trainX", tuple(trainX.shape))
trainX = trainX / 255
trainX = trainX.reshape(trainX.shape[0], trainX.shape[1] * trainX.shape[2])
print("shape of the trainX", tuple(trainX.shape))


class Vanilla(nn.Module):
    """784-128-64-28-64-128-784"""

    def __init__(self):
        super().__init__()
        widths = [784, 128, 64, 28, 64, 128, 784]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))
        for layer in self.layers:
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return torch.sigmoid(self.layers[-1](x))


def binary_crossentropy(t, p):
    p = torch.clamp(p, 1e-7, 1 - 1e-7)
    return -(t * torch.log(p) + (1 - t) * torch.log(1 - p)).mean()


model = Vanilla()
adam = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7)
for epoch in range(25):
    perm = torch.randperm(len(trainX))
    s = 0.0
    for k in range(0, len(perm), 100):
        xb = trainX[perm[k:k + 100]]
        loss = binary_crossentropy(xb, model(xb))
        adam.zero_grad()
        loss.backward()
        adam.step()
        s += loss.item() * len(xb)
    if epoch % 5 == 4:
        print("epoch %d loss %.4f" % (epoch + 1, s / len(trainX)))
with torch.no_grad():
    rec = model(trainX)
    scale = trainX.max()
    r2 = 1 - ((rec * 1.0 - trainX / scale) ** 2).sum() / ((trainX / scale - (trainX / scale).mean(0)) ** 2).sum()
print("reconstruction r2 (images on 0..1): %.4f" % r2.item())
