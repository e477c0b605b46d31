import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def conv(i, o):
    return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU(inplace=True))


class DeepNet(nn.Module):
    def __init__(self, depth=9, width=16, n_class=10):
        super().__init__()
        self.stem = conv(1, width)
        self.body = nn.Sequential(*[conv(width, width) for _ in range(depth)])
        self.score = nn.Linear(width * 16, n_class)

    def forward(self, x):
        x = F.max_pool2d(self.body(self.stem(x)), 2)
        return self.score(x.flatten(1))


class Trainer:
    def __init__(self, model, optimizer, train, val, max_epoch, interval_validate=40, bs=32):
        self.model, self.optim, self.train_data, self.val_data = model, optimizer, train, val
        self.max_epoch, self.interval_validate, self.bs = max_epoch, interval_validate, bs
        self.iteration = 0

    def validate(self):
        self.model.eval()
        with torch.no_grad():
            x, y = self.val_data
            out = self.model(x)
            print("iter %4d  val loss %.4f  acc %.4f" % (
                self.iteration, F.cross_entropy(out, y).item(), (out.argmax(1) == y).float().mean().item()))

    def train_epoch(self):
        self.model.train()
        x, y = self.train_data
        order = torch.randperm(len(x))
        for i in range(0, len(x) - self.bs + 1, self.bs):
            if self.iteration % self.interval_validate == 0:
                self.validate()
            take = order[i:i + self.bs]
            self.optim.zero_grad()
            loss = F.cross_entropy(self.model(x[take]), y[take])
            loss.backward()
            self.optim.step()
            self.iteration += 1

    def train(self):
        for _ in range(self.max_epoch):
            self.train_epoch()


d = load_digits()
x = torch.tensor(d.images, dtype=torch.float32).unsqueeze(1) / 16
y = torch.tensor(d.target)
p = torch.randperm(len(x))
x, y = x[p], y[p]
model = DeepNet()
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9, weight_decay=5e-4)
trainer = Trainer(model, optimizer, (x[:1280], y[:1280]), (x[1280:], y[1280:]), max_epoch=6)
trainer.train()
trainer.validate()
