#!/usr/bin/env python
# coding: utf-8

# In[1]:
import os, random
import numpy as np
import torch
from torch import nn, optim
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED); np.random.seed(SEED); torch.manual_seed(SEED)

# In[2]:
digits = load_digits()
data = digits.data / 16.0
target = digits.target
perm = np.random.permutation(len(data))
data, target = data[perm], target[perm]
x_tr = torch.from_numpy(data[:1300]).float()
y_tr = torch.from_numpy(target[:1300]).long()
x_va = torch.from_numpy(data[1300:]).float()
y_va = torch.from_numpy(target[1300:]).long()

# In[3]:
width = 64
blocks = []
n_in = 64
for i in range(5):
    blocks += [nn.Linear(n_in, width), nn.ReLU()]
    n_in = width
blocks += [nn.Linear(width, 10)]
net = nn.Sequential(*blocks)

def init(m):
    if isinstance(m, nn.Linear):
        nn.init.kaiming_normal_(m.weight, nonlinearity="relu")
        nn.init.zeros_(m.bias)

net.apply(init)

# In[4]:
opt = optim.SGD(net.parameters(), lr=0.02, momentum=0.9)
batch = 32
for ep in range(18):
    order = torch.randperm(len(x_tr))
    for i in range(0, len(x_tr) - batch + 1, batch):
        idx = order[i:i + batch]
        out = net(x_tr[idx])
        loss = F.cross_entropy(out, y_tr[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if ep % 4 == 0:
        print(ep, loss.item())

# In[5]:
with torch.no_grad():
    acc = (net(x_va).argmax(1) == y_va).float().mean().item()
chance = np.bincount(y_va.numpy()).max() / len(y_va)
print("METRIC", acc, "CHANCE", chance)
