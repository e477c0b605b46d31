# digits, the head adapts to whatever size comes out of the conv part
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
d = load_digits()
xa, xb, ya, yb = train_test_split(d.images / 16.0, d.target, test_size=0.25, random_state=SEED)
xa, xb = (torch.tensor(v, dtype=torch.float32).unsqueeze(1) for v in (xa, xb))
ya, yb = torch.tensor(ya), torch.tensor(yb)


class Net(nn.Module):
    def __init__(self, n_classes=10):
        super().__init__()
        self.n_classes = n_classes
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)
        self.fc1 = nn.Linear(64, 64)
        self.fc2 = nn.Linear(64, n_classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view(x.size(0), -1)
        x = F.relu(self.fc1(x))
        return self.fc2(x)


net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
for epoch in range(11):
    perm = torch.randperm(len(xa))
    s = 0.0
    for b in perm.split(32):
        out = net(xa[b])
        loss = F.cross_entropy(out, ya[b])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        s += loss.item() * len(b)
    print("epoch %d  train loss %.4f" % (epoch, s / len(xa)))
with torch.no_grad():
    print("test acc %.3f" % (net(xb).argmax(1) == yb).float().mean())
