import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

# CS231n spiral, three arms
N, K = 200, 3
X = np.zeros((N * K, 2)); y = np.zeros(N * K, dtype='int64')
for j in range(K):
    ix = range(N * j, N * (j + 1))
    r = np.linspace(0.0, 1, N)
    t = np.linspace(j * 4, (j + 1) * 4, N) + np.random.randn(N) * 0.2
    X[ix] = np.c_[r * np.sin(t), r * np.cos(t)]
    y[ix] = j
X = torch.tensor(X, dtype=torch.float32); y = torch.tensor(y)


class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.fc1 = nn.Linear(2, 100)
        self.fc2 = nn.Linear(100, 50)
        self.fc3 = nn.Linear(50, 3)

    def forward(self, x):
        x = self.fc1(x)
        F.relu(x)
        x = self.fc2(x)
        F.relu(x)
        return self.fc3(x)


net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for i in range(800):
    optimizer.zero_grad()
    out = net(X)
    loss = F.cross_entropy(out, y)
    loss.backward()
    optimizer.step()
    if i % 100 == 0:
        print("iteration %d: loss %f" % (i, loss))
print('training accuracy: %.2f' % (net(X).argmax(1) == y).float().mean())
