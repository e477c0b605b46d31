# -*- coding: utf-8 -*-
# 国际航班乘客数预测（LSTM，每次用前 3 个月预测下个月）
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(7 + SEED)
torch.manual_seed(SEED)

t = np.arange(144)
season = np.array([-.09, -.11, .02, -.01, -.02, .1, .2, .2, .06, -.07, -.21, -.1])
series = np.exp(4.8 + .0101 * t + season[t % 12] + np.random.normal(0, .02, 144)).round().astype("float32")

look_back = 3


def create_dataset(data):
    X = np.stack([data[i:i + look_back] for i in range(len(data) - look_back - 1)])
    Y = np.array([data[i + look_back] for i in range(len(data) - look_back - 1)])
    return torch.from_numpy(X).unsqueeze(-1), torch.from_numpy(Y).unsqueeze(-1)


lo, hi = 0.0, 1.0
data = (series - lo) / (hi - lo)
trainX, trainY = create_dataset(data[:96])
testX, testY = create_dataset(data[96:])


class LSTMNet(nn.Module):
    def __init__(self, units=4):
        super().__init__()
        self.lstm = nn.LSTM(1, units, batch_first=True)
        self.dense = nn.Linear(units, 1)
        nn.init.xavier_uniform_(self.lstm.weight_ih_l0)
        nn.init.orthogonal_(self.lstm.weight_hh_l0)
        nn.init.zeros_(self.lstm.bias_ih_l0)
        nn.init.zeros_(self.lstm.bias_hh_l0)
        self.lstm.bias_ih_l0.data[units:2 * units] = 1.0     # 与 Keras 相同：遗忘门偏置为 1
        nn.init.xavier_uniform_(self.dense.weight)
        nn.init.zeros_(self.dense.bias)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.dense(out[:, -1])


model = LSTMNet()
opt = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7)
for epoch in range(18):
    s = 0.
    for i in torch.randperm(len(trainX)):
        loss = ((model(trainX[i:i + 1]) - trainY[i:i + 1]) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        s += loss.item()
    if epoch % 3 == 2:
        print("Epoch %d/18 - loss: %.5f" % (epoch + 1, s / len(trainX)))

with torch.no_grad():
    err = (model(trainX) - trainY) * (hi - lo)
    rmse = err.pow(2).mean().sqrt().item()
    spread = (trainY * (hi - lo)).std().item()
print("Train RMSE %.2f (std of the series %.2f)" % (rmse, spread))
