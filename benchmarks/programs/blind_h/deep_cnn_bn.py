# deepCNN: conv-BN-ReLU blocks, dropout, Adam; normalised twice (per picture and over the set)
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

d = load_digits()
x = torch.tensor(d.images, dtype=torch.float32).unsqueeze(1)
x = (x - x.mean((1, 2, 3), keepdim=True)) / x.std((1, 2, 3), keepdim=True)
x = (x - x.mean()) / x.std()
y = torch.tensor(d.target)
p = torch.randperm(len(x))
train = DataLoader(TensorDataset(x[p[:1400]], y[p[:1400]]), batch_size=32, shuffle=True, drop_last=True)
xt, yt = x[p[1400:]], y[p[1400:]]


def block(i, o):
    conv = nn.Conv2d(i, o, 3, padding=1, bias=False)
    nn.init.kaiming_normal_(conv.weight)
    return [conv, nn.BatchNorm2d(o, momentum=0.01, eps=1e-3), nn.ReLU()]


net = nn.Sequential(*block(1, 8), *block(8, 8), nn.MaxPool2d(2), nn.Dropout(0.2),
                    *block(8, 16), *block(16, 16), nn.MaxPool2d(2), nn.Dropout(0.3),
                    nn.Flatten(), nn.Linear(64, 10))
opt = torch.optim.Adam(net.parameters(), lr=1e-3, weight_decay=1e-4)
ce = nn.CrossEntropyLoss()
for epoch in range(9):
    net.train()
    s = 0.0
    for xb, yb in train:
        opt.zero_grad()
        loss = ce(net(xb), yb)
        loss.backward()
        opt.step()
        s += loss.item()
    net.eval()
    with torch.no_grad():
        out = net(xt)
    print("epoch %d loss %.4f test loss %.4f acc %.4f" % (epoch, s / len(train), ce(out, yt).item(), (out.argmax(1) == yt).float().mean().item()))
