import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
d = load_digits()
x = torch.tensor(d.images / 16.0, dtype=torch.float32).unsqueeze(1)
y = torch.tensor(d.target)
p = torch.randperm(len(x))
x, y = x[p], y[p]


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.c2 = nn.Conv2d(1, 8, 3), nn.Conv2d(8, 16, 3)
        self.fc1, self.fc2 = nn.Linear(64, 64), nn.Linear(64, 10)
        self.d1, self.d2 = nn.Dropout(0.25), nn.Dropout(0.5)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.c2(F.relu(self.c1(x)))), 2)
        x = F.relu(self.fc1(self.d1(x).flatten(1)))
        return self.fc2(self.d2(x))


net = Cnn()
opt = torch.optim.Adadelta(net.parameters(), lr=1.0, rho=0.95, eps=1e-7)
REG = 0.01
for epoch in range(10):
    net.train()
    order = torch.randperm(1400)
    for k in range(0, 1400, 32):
        b = order[k:k + 32]
        loss = F.cross_entropy(net(x[b]), y[b])
        loss = loss + REG * (net.fc1.weight.abs().sum() + net.fc2.weight.abs().sum())
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        acc = (net(x[1400:]).argmax(1) == y[1400:]).float().mean().item()
    print("epoch %d loss %.4f test acc %.3f" % (epoch, loss.item(), acc))
