import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_iris

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

iris = load_iris()
X = torch.tensor(iris['data'], dtype=torch.float)
X = (X - X.mean(dim=0)) / X.std(dim=0)
perm = torch.randperm(150)
X = X[perm]
Y = torch.tensor(iris['target'])[perm]


class IrisNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(4, 16)
        self.fc2 = nn.Linear(16, 8)
        self.fc3 = nn.Linear(8, 3)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)


def predict(net, x):
    return net(x).argmax(1)


net = IrisNet()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
criterion = nn.CrossEntropyLoss()
trX, trY, teX, teY = X[:120], Y[:120], X[120:], Y[120:]
for epoch in range(200):
    optimizer.zero_grad()
    out = net(trX)
    loss = criterion(out, trY)
    loss.backward()
    optimizer.step()
    if (epoch + 1) % 40 == 0:
        print('epoch', epoch + 1, 'loss', loss.item(), 'acc', (predict(net, trX) == trY).float().mean().item())
print('test acc:', (predict(net, teX) == teY).float().mean().item())
