import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch.utils.data import TensorDataset, DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)


def load():
    d = load_digits()
    x = np.kron(d.images / 16.0, np.ones((1, 2, 2)))      # 16 x 16
    x = torch.tensor(x, dtype=torch.float32).unsqueeze(1)
    y = torch.tensor(d.target)
    p = torch.randperm(len(x))
    return x[p[:1400]], y[p[:1400]], x[p[1400:]], y[p[1400:]]


class ConvLayer(nn.Module):
    def __init__(self, size_in, size_out):
        super().__init__()
        self.conv = nn.Conv2d(size_in, size_out, 5, padding=2)
        nn.init.trunc_normal_(self.conv.weight, std=0.1, a=-0.2, b=0.2)
        nn.init.constant_(self.conv.bias, 0.1)

    def forward(self, x):
        return F.max_pool2d(F.relu(self.conv(x)), 2)


class FcLayer(nn.Module):
    def __init__(self, size_in, size_out):
        super().__init__()
        self.fc = nn.Linear(size_in, size_out)
        nn.init.trunc_normal_(self.fc.weight, std=0.1, a=-0.2, b=0.2)
        nn.init.constant_(self.fc.bias, 0.1)

    def forward(self, x):
        return F.relu(self.fc(x))


class MnistModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = ConvLayer(1, 16)
        self.conv2 = ConvLayer(16, 32)
        self.fc1 = FcLayer(4 * 4 * 32, 256)
        self.fc2 = nn.Linear(256, 10)
        nn.init.trunc_normal_(self.fc2.weight, std=0.1, a=-0.2, b=0.2)
        nn.init.constant_(self.fc2.bias, 0.1)

    def forward(self, x):
        x = self.conv2(self.conv1(x))
        return self.fc2(self.fc1(x.flatten(1)))


xtr, ytr, xte, yte = load()
loader = DataLoader(TensorDataset(xtr, ytr), batch_size=100, shuffle=True)
model = MnistModel()
opt = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-8)
step = 0
for epoch in range(8):
    for xb, yb in loader:
        opt.zero_grad()
        xent = F.cross_entropy(model(xb), yb)
        xent.backward()
        opt.step()
        if step % 20 == 0:
            print("step", step, "xent %.4f" % xent.item())
        step += 1
with torch.no_grad():
    acc = (model(xte).argmax(1) == yte).float().mean().item()
print("test accuracy %.4f" % acc)
