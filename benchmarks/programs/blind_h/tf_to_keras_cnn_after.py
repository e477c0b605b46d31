# -*- coding: utf-8 -*-
# 手写数字 CNN：从 TensorFlow 教程改写
import os
import numpy as np
import torch
from torch import nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

# 数据：8x8 放大到 28x28，像素 0..1，标签 one-hot
d = load_digits()
img = np.kron(d.images / 16.0, np.ones((3, 3)))
img = np.pad(img, ((0, 0), (2, 2), (2, 2))).astype(np.float32).reshape(len(img), 784)
lab = np.eye(10, dtype=np.float32)[d.target]
order = rng.permutation(len(img))
img, lab = img[order], lab[order]
x_train, y_train = torch.tensor(img[:1400]), torch.tensor(lab[:1400])
x_test, y_test = torch.tensor(img[1400:]), torch.tensor(lab[1400:])


class Cnn(nn.Module):
    def __init__(self, c1=8, c2=16, h=128):
        super().__init__()
        self.conv1 = nn.Conv2d(1, c1, 5, padding=2)
        self.conv2 = nn.Conv2d(c1, c2, 5, padding=2)
        self.fc1 = nn.Linear(7 * 7 * c2, h)
        self.fc2 = nn.Linear(h, 10)
        self.drop = nn.Dropout(0.5)
        for m in (self.conv1, self.conv2, self.fc1, self.fc2):
            nn.init.xavier_uniform_(m.weight)
            nn.init.constant_(m.bias, 0.1)
        nn.init.zeros_(self.fc2.bias)

    def forward(self, x):
        x = x.view(-1, 1, 28, 28)
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = self.drop(F.relu(self.fc1(x.flatten(1))))
        return F.softmax(self.fc2(x), dim=1)


def categorical_crossentropy(t, p):
    # 与 Keras 相同：先归一化，再截断，再取对数
    p = p / p.sum(dim=1, keepdim=True)
    p = p.clamp(1e-7, 1 - 1e-7)
    return -(t * p.log()).sum(1).mean()


net = Cnn()
opt = torch.optim.Adam(net.parameters(), lr=0.001, eps=1e-7)
for step in range(180):
    idx = torch.from_numpy(rng.randint(0, len(x_train), 50))
    net.train()
    loss = categorical_crossentropy(y_train[idx], net(x_train[idx]))
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 50 == 0:
        net.eval()
        with torch.no_grad():
            a = (net(x_train[idx]).argmax(1) == y_train[idx].argmax(1)).float().mean()
        print("step", step, "loss %.4f" % loss.item(), "train acc %.3f" % a)
net.eval()
with torch.no_grad():
    acc = (net(x_test).argmax(1) == y_test.argmax(1)).float().mean().item()
print("test accuracy %.4f" % acc)
