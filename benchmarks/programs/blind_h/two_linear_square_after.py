import os
import numpy as np
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def f(x):
    return x ** 2 + 3


def main():
    x = np.arange(100)[:, np.newaxis].astype(np.float32)
    y = f(x)
    y = (y - y.mean()) / y.std()
    x_normed = (x - x.mean()) / x.std()
    data = TensorDataset(torch.from_numpy(x_normed), torch.from_numpy(y))
    loader = DataLoader(data, batch_size=32, shuffle=True)

    km = nn.Sequential(nn.Linear(1, 1), nn.Linear(1, 1))
    for layer in km:
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
    opt = optim.SGD(km.parameters(), lr=0.01)
    mse = nn.MSELoss()
    for epoch in range(300):
        for xb, yb in loader:
            opt.zero_grad()
            loss = mse(km(xb), yb)
            loss.backward()
            opt.step()
        if epoch % 50 == 0:
            print(epoch, loss.item())
    with torch.no_grad():
        out = km(data.tensors[0])
        r2 = 1 - mse(out, data.tensors[1]) / data.tensors[1].var(unbiased=False)
    print("final r2 %.4f" % r2.item())


main()
