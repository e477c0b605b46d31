# CIFAR-like 3 x 12 x 12 pictures, small conv net
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

proto = rng.rand(10, 3, 12, 12)
for _ in range(2):      # smooth the prototypes
    proto = (proto + np.roll(proto, 1, 2) + np.roll(proto, 1, 3) + np.roll(proto, -1, 2)) / 4


def pictures(n):
    y = rng.randint(0, 10, n)
    x = proto[y] * rng.uniform(0.6, 1.4, (n, 1, 1, 1)) + rng.normal(0, 0.12, (n, 3, 12, 12))
    return torch.tensor(np.clip(x, 0, 1), dtype=torch.float32), torch.tensor(y)


x_train, y_train = pictures(1200)
x_val, y_val = pictures(300)


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 16, 3)
        self.fc1 = nn.Linear(16 * 5 * 5, 64)
        self.fc2 = nn.Linear(64, 10)
        for m in self.modules():
            if isinstance(m, (nn.Conv2d, nn.Linear)):
                nn.init.xavier_uniform_(m.weight)
                nn.init.zeros_(m.bias)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


model = CNN()
opt = torch.optim.RMSprop(model.parameters(), lr=0.001, alpha=0.9, eps=1e-7)
step = 0
for epoch in range(8):
    perm = torch.randperm(len(x_train))
    for i in range(0, len(perm), 40):
        k = perm[i:i + 40]
        loss = F.cross_entropy(model(x_train[k]), y_train[k])
        opt.zero_grad()
        loss.backward()
        opt.step()
        if step % 20 == 0:
            print("step %d loss %.4f" % (step, loss.item()))
        step += 1
with torch.no_grad():
    print("val acc %.4f" % (model(x_val).argmax(1) == y_val).float().mean().item())
