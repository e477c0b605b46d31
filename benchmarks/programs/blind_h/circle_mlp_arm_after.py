# Circle data, small MLP
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import make_circles
from sklearn.preprocessing import MinMaxScaler
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X, y = make_circles(n_samples=1000, noise=0.1, random_state=1)
X = MinMaxScaler((-1, 1)).fit_transform(X).astype("float32")
x, x_val = torch.from_numpy(X[:700]), torch.from_numpy(X[700:])
y, y_val = torch.from_numpy(y[:700]), torch.from_numpy(y[700:])


class CircleNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 32)
        self.fc2 = nn.Linear(32, 16)
        self.fc3 = nn.Linear(16, 2)
        for m in self.modules():
            if isinstance(m, nn.Linear):
                nn.init.xavier_uniform_(m.weight)
                nn.init.zeros_(m.bias)

    def forward(self, x):
        x = torch.tanh(self.fc1(x))
        x = torch.tanh(self.fc2(x))
        return self.fc3(x)


net = CircleNet()
opt = torch.optim.Adam(net.parameters(), lr=0.005, eps=1e-7)
dl = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)
for epoch in range(40):
    tot = 0.0
    for xb, yb in dl:
        opt.zero_grad()
        loss = F.cross_entropy(net(xb), yb)
        loss.backward()
        opt.step()
        tot += loss.item() * len(xb)
    if epoch % 4 == 0:
        print("epoch", epoch, "loss %.4f" % (tot / len(x)))
with torch.no_grad():
    print("val acc %.3f" % (net(x_val).argmax(1) == y_val).float().mean().item())
