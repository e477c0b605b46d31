# 用成交量和收盘价的对数变化预测第二天波动 (教程改编)
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)

T = 1200
vol = np.zeros(T)
vol[0] = 0.01
for t in range(1, T):
    vol[t] = np.exp(0.95 * np.log(vol[t - 1]) + 0.05 * np.log(0.01) + 0.18 * rng.normal())
close = 100 * np.exp(np.cumsum(vol * rng.normal(size=T)))
volume = np.round(1e5 * (vol / 0.01) * np.exp(0.2 * rng.normal(size=T)))
halted = rng.choice(np.arange(50, T - 200), 4, replace=False)
volume[halted] = 0                     # 停牌日

dclose = np.diff(np.log(close), prepend=np.log(close[0]))
lvol = np.log(volume)
feat = np.stack([dclose * 100, np.abs(dclose) * 100, lvol - np.log(1e5)], 1)
W = 10
X = np.stack([feat[i:i + W].ravel() for i in range(T - W)])
y = np.log(vol[W:] / 0.01)[:, None]
X, y = torch.tensor(X, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)
ntr = 1000

net = nn.Sequential(nn.Linear(3 * W, 32), nn.Tanh(), nn.Linear(32, 1))
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for epoch in range(25):
    ls = []
    for b in torch.randperm(ntr).split(64):
        loss = nn.functional.mse_loss(net(X[b]), y[b])
        opt.zero_grad(); loss.backward(); opt.step()
        ls.append(loss.item())
    if epoch % 5 == 0:
        print("轮", epoch, "损失", np.mean(ls))
with torch.no_grad():
    e = (net(X[ntr:]) - y[ntr:]).pow(2).mean() / y[ntr:].var()
print("test mse / variance:", e.item())
