import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)


class BaseCNN(nn.Module):
    """conv 5x5 - pool - conv 3x3 - pool - dense - logits (LeNet as in the TensorFlow layers guide, thinner)"""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 5, padding=2)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.dense = nn.Linear(32 * 4 * 4, 256)
        self.logits = nn.Linear(256, 10)
        for m in (self.conv1, self.conv2, self.dense, self.logits):
            nn.init.kaiming_normal_(m.weight)
            nn.init.zeros_(m.bias)

    def kernels(self):
        return [m.weight for m in (self.conv1, self.conv2, self.dense, self.logits)]

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = F.relu(self.dense(x.flatten(1)))
        return self.logits(x)


def load():
    bunch = load_digits()
    img = np.kron(bunch.images, np.ones((1, 2, 2))).astype("float32") * (255.0 / 16.0)
    img = (img - img.mean()) / img.std()
    x = torch.from_numpy(img).float().unsqueeze(1)
    y = torch.from_numpy(bunch.target)
    p = torch.randperm(len(x))
    return x[p[:1300]], y[p[:1300]], x[p[1300:]], y[p[1300:]]


x_train, y_train, x_test, y_test = load()
model = BaseCNN()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
l2 = 1e-5
for epoch in range(6):
    for step, idx in enumerate(torch.randperm(len(x_train)).split(32)):
        xb, yb = x_train[idx], y_train[idx]
        data_loss = F.cross_entropy(model(xb), yb)
        penalty = l2 * sum((w ** 2).sum() for w in model.kernels())
        loss = data_loss + penalty
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("epoch", epoch, "data loss", round(data_loss.item(), 4), "total loss", round(loss.item(), 4))
with torch.no_grad():
    acc = (model(x_test).argmax(1) == y_test).float().mean().item()
print("test accuracy", round(acc, 4))
