"""Plain (no skip) deep convnet baseline from the ResNet paper, shrunk to 8x8 digits."""
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def conv_bn(i, o, stride=1):
    return nn.Sequential(nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU(inplace=True))


class PlainNet(nn.Module):
    def __init__(self, width=8, per_stage=5, n_classes=10):
        super().__init__()
        layers, c = [], 1
        for stage in range(2):
            w = width * 2 ** stage
            for i in range(per_stage):
                layers.append(conv_bn(c, w, 2 if (stage and i == 0) else 1))
                c = w
        self.stages = nn.Sequential(*layers)
        self.fc = nn.Linear(c, n_classes)

    def forward(self, x):
        return self.fc(self.stages(x).mean((2, 3)))


class Trainer:
    def __init__(self, net, train, val, lr=0.05, batch=32):
        self.net, self.train, self.val, self.batch = net, train, val, batch
        self.opt = torch.optim.SGD(net.parameters(), lr=lr, momentum=0.9, weight_decay=1e-4)
        self.best = 0.0

    @torch.no_grad()
    def validate(self):
        self.net.eval()
        x, y = self.val
        logits = self.net(x)
        return F.cross_entropy(logits, y).item(), (logits.argmax(1) == y).float().mean().item()

    def epoch(self):
        x, y = self.train
        total = 0.0
        for idx in torch.randperm(len(x)).split(self.batch):
            loss = F.cross_entropy(self.net(x[idx]), y[idx])
            self.opt.zero_grad(set_to_none=True)
            loss.backward()
            self.opt.step()
            total += loss.item() * len(idx)
        return total / len(x)

    def fit(self, epochs):
        print("sanity validation: loss %.3f acc %.3f" % self.validate())
        for e in range(epochs):
            tr = self.epoch()
            vl, va = self.validate()
            self.best = max(self.best, va)
            print(f"epoch {e} train {tr:.4f} val {vl:.4f} acc {va:.3f}")


d = load_digits()
x = torch.tensor(d.images, dtype=torch.float32).unsqueeze(1) / 16.0
y = torch.tensor(d.target)
p = torch.randperm(len(x))
x, y = x[p], y[p]
x = (x - x[:1300].mean()) / x[:1300].std()
t = Trainer(PlainNet(), (x[:1300], y[:1300]), (x[1300:], y[1300:]))
t.fit(4)
print(f"best accuracy {t.best:.3f}")
