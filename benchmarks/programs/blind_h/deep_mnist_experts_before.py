# Deep MNIST for experts: conv net with dropout, fed step by step
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)
d = load_digits()
p = rng.permutation(len(d.images))
im = torch.tensor(np.kron(d.images / 16.0, np.ones((1, 2, 2)))[p], dtype=torch.float32).unsqueeze(1)
lab = torch.tensor(d.target[p])
train_x, train_y, test_x, test_y = im[:1400], lab[:1400], im[1400:], lab[1400:]


def init(m):
    if isinstance(m, (nn.Conv2d, nn.Linear)):
        nn.init.trunc_normal_(m.weight, std=0.1, a=-0.2, b=0.2)
        nn.init.constant_(m.bias, 0.1)


class Net(nn.Module):
    def __init__(self, keep_prob):
        super().__init__()
        self.c1 = nn.Conv2d(1, 8, 5, padding=2)
        self.c2 = nn.Conv2d(8, 16, 5, padding=2)
        self.fc1 = nn.Linear(4 * 4 * 16, 128)
        self.drop = nn.Dropout(1 - keep_prob)
        self.fc2 = nn.Linear(128, 10)
        self.apply(init)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.c1(x)), 2)
        x = F.max_pool2d(F.relu(self.c2(x)), 2)
        x = F.relu(self.fc1(x.flatten(1)))
        return self.fc2(self.drop(x))


net = Net(keep_prob=0.01)
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
for i in range(250):
    k = torch.tensor(rng.randint(0, len(train_x), 50))
    net.train()
    loss = F.cross_entropy(net(train_x[k]), train_y[k])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if i % 50 == 0:
        net.eval()
        with torch.no_grad():
            acc = (net(train_x[k]).argmax(1) == train_y[k]).float().mean().item()
        print("step %d, loss %.4f training accuracy %g" % (i, loss.item(), acc))
net.eval()
with torch.no_grad():
    print("test accuracy %.4f loss %.4f" % ((net(test_x).argmax(1) == test_y).float().mean().item(), F.cross_entropy(net(test_x), test_y).item()))
