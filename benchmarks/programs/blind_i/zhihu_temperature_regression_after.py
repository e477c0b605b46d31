# 气温预测: 用前几天的数据回归今天的最高温度
import os
import numpy as np
import torch
from torch import nn
from torch.utils.data import Dataset, DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)

# 合成一年多的数据: temp_1, temp_2, average, friend, month(sin, cos)
days = np.arange(500)
season = 60 + 18 * np.sin(2 * np.pi * (days - 100) / 365)
actual = season + np.convolve(rng.normal(0, 4, 502), np.ones(3) / 1.7, "valid")
feats = np.stack([
    np.roll(actual, 1), np.roll(actual, 2), season,
    actual + rng.normal(0, 9, 500),
    np.sin(2 * np.pi * days / 365), np.cos(2 * np.pi * days / 365)], 1)[2:]
actual = actual[2:]
feats = (feats - feats.mean(0)) / feats.std(0)          # 标准化
t_mean, t_std = actual.mean(), actual.std()
target = (actual - t_mean) / t_std


class TempSet(Dataset):
    def __len__(self):
        return len(feats)

    def __getitem__(self, i):
        return torch.tensor(feats[i], dtype=torch.float32), torch.tensor(target[i], dtype=torch.float32)


loader = DataLoader(TempSet(), batch_size=16, shuffle=True)
net = nn.Sequential(nn.Linear(6, 128), nn.Sigmoid(), nn.Linear(128, 1))
cost = nn.MSELoss(reduction="mean")
optimizer = torch.optim.Adam(net.parameters(), lr=0.001)

for epoch in range(30):
    losses = []
    for xx, yy in loader:
        prediction = net(xx)
        loss = cost(prediction, yy.view(-1, 1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    if epoch % 5 == 0:
        print(epoch, np.mean(losses))       # 打印损失

with torch.no_grad():
    p = net(torch.tensor(feats, dtype=torch.float32)).squeeze(1).numpy()
r2 = 1 - ((p - target) ** 2).sum() / ((target - target.mean()) ** 2).sum()
print("R2 = %.3f" % r2)
