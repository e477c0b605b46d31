# -*- coding: utf-8 -*-
# 一维卷积二分类 (StackOverflow 44184091 的移植)
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class ConvNet(nn.Module):
    def __init__(self, length=40, channels=8):
        super().__init__()
        self.conv = nn.Conv1d(channels, 64, 5, padding=2)
        self.fc1 = nn.Linear(64 * (length // 2), 100)
        self.fc2 = nn.Linear(100, 1)

    def forward(self, x):
        x = F.dropout(F.relu(self.conv(x)), 0.2, self.training)
        x = F.max_pool1d(x, 2).flatten(1)
        x = F.dropout(F.relu(self.fc1(x)), 0.7, self.training)
        return torch.sigmoid(self.fc2(x))


def sequences(n):
    # 第一类含有一个固定的短模式
    motif = torch.randn(8, 6, generator=torch.Generator().manual_seed(5)) * 1.5
    x = torch.randn(n, 8, 40)
    y = torch.randint(0, 2, (n,))
    for i in range(n):
        if y[i] == 1:
            p = int(torch.randint(0, 34, (1,)))
            x[i, :, p:p + 6] += motif
    return x, y.float().unsqueeze(1)


X, Y = sequences(1000)
Xv, Yv = sequences(300)
model = ConvNet()
optimizer = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7)
for epoch in range(10):
    model.train()
    perm = torch.randperm(len(X))
    for i in range(0, len(X), 32):
        j = perm[i:i + 32]
        loss = F.binary_cross_entropy(model(X[j]), Y[j])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        print("轮次", epoch, "loss %.4f" % loss.item(), "验证 %.4f" % ((model(Xv) > 0.5).float() == Yv).float().mean())
