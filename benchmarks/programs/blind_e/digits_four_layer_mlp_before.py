import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

P = 0.95
BATCH = 50
ITERS = 600


class MLP(nn.Module):
    def __init__(self):
        super(MLP, self).__init__()
        self.fc1 = nn.Linear(64, 64)
        self.fc2 = nn.Linear(64, 64)
        self.fc3 = nn.Linear(64, 32)
        self.fc4 = nn.Linear(32, 10)
        self.drop = nn.Dropout(P)

    def forward(self, x):
        x = self.drop(F.relu(self.fc1(x)))
        x = self.drop(F.relu(self.fc2(x)))
        x = self.drop(F.relu(self.fc3(x)))
        return self.fc4(x)


digits = load_digits()
idx = np.random.permutation(len(digits.data))
X = torch.from_numpy(digits.data[idx] / 16).float()
Y = torch.from_numpy(digits.target[idx])
net = MLP()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
for it in range(ITERS):
    net.train()
    j = np.random.choice(1500, BATCH, replace=False)
    loss = F.cross_entropy(net(X[j]), Y[j])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if it % 100 == 0:
        net.eval()
        with torch.no_grad():
            acc = (net(X[1500:]).argmax(1) == Y[1500:]).float().mean().item()
        print("iter %d, loss %.4f, test acc %.3f" % (it, loss.item(), acc))
net.eval()
with torch.no_grad():
    out = net(X[1500:])
    print("final loss %.4f test acc %.3f" % (F.cross_entropy(out, Y[1500:]).item(), (out.argmax(1) == Y[1500:]).float().mean().item()))
