# -*- coding: utf-8 -*-
# 泰坦尼克式生存预测：用 PyTorch 写的第一个网络
import os
import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import Dataset, DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)


def make_table(n=1500):
    pclass = rng.randint(1, 4, n)
    sex = rng.randint(0, 2, n)
    age = rng.gamma(6, 5, n).clip(1, 80)
    sibsp = rng.poisson(0.5, n)
    fare = rng.lognormal(4 - 0.7 * pclass, 0.4, n)
    logit = 3.0 * sex - 1.3 * (pclass - 2) - 0.05 * (age - 30) - 0.4 * sibsp - 1.2
    survived = (rng.rand(n) < 1 / (1 + np.exp(-1.5 * logit))).astype(np.float32)
    age[rng.rand(n) < 0.04] = np.nan
    table = np.stack([pclass, sex, age, sibsp, np.log1p(fare)], axis=1)
    return table, survived


class PassengerSet(Dataset):
    def __init__(self, table, target):
        self.x = torch.as_tensor(table, dtype=torch.float32)
        self.y = torch.as_tensor(target, dtype=torch.float32)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


table, survived = make_table()
# 标准化
mean, std = np.nanmean(table, 0), np.nanstd(table, 0)
table = (table - mean) / std
train = DataLoader(PassengerSet(table[:1200], survived[:1200]), batch_size=16, shuffle=True)
test_x = torch.as_tensor(table[1200:], dtype=torch.float32)
test_y = torch.as_tensor(survived[1200:])

model = nn.Sequential(nn.Linear(5, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1))
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

for epoch in range(10):
    total = 0.0
    for bx, by in train:
        optimizer.zero_grad()
        loss = criterion(model(bx).squeeze(1), by)
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"第 {epoch + 1} 轮  loss = {total / len(train):.4f}")

with torch.no_grad():
    acc = ((model(test_x).squeeze(1) > 0) == (test_y > 0.5)).float().mean().item()
print("测试准确率:", acc)
