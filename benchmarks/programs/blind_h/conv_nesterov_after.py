import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class LambdaDecaySGD(torch.optim.SGD):
    """SGD with the time based decay of old Keras: lr_t = lr / (1 + decay * t)."""

    def __init__(self, params, lr, decay, **kw):
        super().__init__(params, lr=lr, **kw)
        self.base, self.decay, self.t = lr, decay, 0

    def step(self, closure=None):
        for g in self.param_groups:
            g["lr"] = self.base / (1 + self.decay * self.t)
        self.t += 1
        return super().step(closure)


d = load_digits()
x = torch.tensor(np.kron(d.images / 16., np.ones((2, 2))), dtype=torch.float32).unsqueeze(1)
y = torch.tensor(d.target)
p = torch.randperm(len(x))
x, y = x[p], y[p]
xt, yt, xv, yv = x[:1280], y[:1280], x[1280:], y[1280:]


class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.ModuleList([nn.Conv2d(1, 8, 3), nn.Conv2d(8, 8, 3), nn.Conv2d(8, 16, 3, padding=1), nn.Conv2d(16, 16, 3, padding=1)])
        self.fc = nn.ModuleList([nn.Linear(16 * 3 * 3, 256), nn.Linear(256, 256), nn.Linear(256, 10)])
        for m in list(self.conv) + list(self.fc):
            nn.init.xavier_uniform_(m.weight)
            nn.init.zeros_(m.bias)

    def forward(self, v):
        v = F.relu(self.conv[0](v))
        v = F.max_pool2d(F.relu(self.conv[1](v)), 2)
        v = F.dropout(v, 0.25, self.training)
        v = F.relu(self.conv[2](v))
        v = F.max_pool2d(F.relu(self.conv[3](v)), 2)
        v = F.dropout(v, 0.25, self.training).flatten(1)
        v = F.dropout(F.relu(self.fc[0](v)), 0.5, self.training)
        v = F.dropout(F.relu(self.fc[1](v)), 0.5, self.training)
        return self.fc[2](v)


net = ConvNet()
sgd = LambdaDecaySGD(net.parameters(), lr=0.01, decay=1e-6, momentum=0.9, nesterov=True)
for epoch in range(10):
    net.train()
    s = 0
    for i in torch.randperm(len(xt)).split(32):
        loss = F.cross_entropy(net(xt[i]), yt[i])
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        s += loss.item() * len(i)
    net.eval()
    with torch.no_grad():
        acc = (net(xv).argmax(1) == yv).float().mean().item()
    print("epoch %d loss %.4f val_acc %.4f" % (epoch + 1, s / len(xt), acc))
print("val accuracy %.4f" % acc)
