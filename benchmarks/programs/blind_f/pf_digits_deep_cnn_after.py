# -*- coding: utf-8 -*-
# 用较深的卷积网络识别手写数字
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

digits = load_digits()
X = torch.tensor(digits.images[:, None] / 16.0, dtype=torch.float32)
Y = torch.tensor(digits.target)
idx = np.random.permutation(len(Y))
tr, va = idx[:1440], idx[1440:]


def make_layers(depth, width):
    layers, c = [], 1
    for i in range(depth):
        layers += [nn.Conv2d(c, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
        c = width
        if i == depth // 2:
            layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers)


class DeepCNN(nn.Module):
    def __init__(self, depth=9, width=12):
        super().__init__()
        self.features = make_layers(depth, width)
        self.classifier = nn.Linear(width, 10)

    def forward(self, x):
        x = self.features(x)
        return self.classifier(x.mean(dim=(2, 3)))


def validate(model):
    model.eval()
    with torch.no_grad():
        return (model(X[va]).argmax(1) == Y[va]).float().mean().item()


model = DeepCNN()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
criterion = nn.CrossEntropyLoss()
print("训练前准确率 %.3f" % validate(model))

for epoch in range(5):
    model.train()
    np.random.shuffle(tr)
    total = 0.0
    # 每个 epoch 打乱一次
    for i in range(0, len(tr), 48):
        b = tr[i:i + 48]
        optimizer.zero_grad()
        loss = criterion(model(X[b]), Y[b])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(b)
    print("epoch %d 损失 %.4f 验证准确率 %.3f" % (epoch + 1, total / len(tr), validate(model)))
print("最终准确率 %.3f" % validate(model))
