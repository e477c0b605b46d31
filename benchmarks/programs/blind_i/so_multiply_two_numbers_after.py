# teach a net to multiply two numbers
import os
import numpy as np
import torch
from torch import nn, optim

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

n = 2000
pairs = np.random.uniform(-1, 1, (n, 2)).astype("float32")
products = (pairs[:, 0] * pairs[:, 1]).reshape(-1, 1)
x_train, y_train = torch.from_numpy(pairs[:1600]), torch.from_numpy(products[:1600])
x_val, y_val = torch.from_numpy(pairs[1600:]), torch.from_numpy(products[1600:])


def dense(i, o):
    l = nn.Linear(i, o)
    nn.init.xavier_uniform_(l.weight)
    nn.init.zeros_(l.bias)
    return l


model = nn.Sequential()
model.add_module("d1", dense(2, 20))
model.add_module("a1", nn.ReLU())
model.add_module("d2", dense(20, 20))
model.add_module("a2", nn.ReLU())
model.add_module("d3", dense(20, 1))

mse = nn.MSELoss()
opt = optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
for ep in range(30):
    order = torch.randperm(1600)
    for k in range(0, 1600, 32):
        b = order[k:k + 32]
        opt.zero_grad()
        l = mse(model(x_train[b]), y_train[b])
        l.backward()
        opt.step()
    if ep % 5 == 0:
        with torch.no_grad():
            print(ep, l.item(), mse(model(x_val), y_val).item())

with torch.no_grad():
    p = model(x_val)
    print("0.5 * 0.8 =", model(torch.tensor([[0.5, 0.8]])).item())
    print("val R2", (1 - ((p - y_val) ** 2).sum() / ((y_val - y_val.mean()) ** 2).sum()).item())
