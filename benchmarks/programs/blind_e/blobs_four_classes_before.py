import math
import os
import torch
import torch.nn as nn
from sklearn.datasets import make_blobs

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
PRIOR = 0.01

X, y = make_blobs(n_samples=800, centers=4, n_features=5, cluster_std=1.5, random_state=SEED + 3)
X = torch.tensor(X, dtype=torch.float32)
X = (X - X.mean(0)) / X.std(0)
y = torch.tensor(y)


def init_weights(m):
    if isinstance(m, nn.Linear):
        nn.init.xavier_uniform_(m.weight)
        m.bias.data.fill_(-math.log((1 - PRIOR) / PRIOR))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(5, 24), nn.ReLU(), nn.Linear(24, 24), nn.ReLU())
        self.head = nn.Linear(24, 4)

    def forward(self, x):
        return self.head(self.body(x))


net = Net()
net.apply(init_weights)
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
criterion = nn.CrossEntropyLoss()
for epoch in range(25):
    for b in torch.randperm(600).split(30):
        loss = criterion(net(X[b]), y[b])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 6 == 0:
        print("epoch", epoch, "loss", loss.item())
with torch.no_grad():
    print("held-out acc", (net(X[600:]).argmax(1) == y[600:]).float().mean().item())
