"""Fuel economy regression on synthetic car data. 小作业: 回归"""
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

# 生成数据
N = 1200
weight = torch.rand(N) * 2 + 0.8
power = 60 + 140 * torch.rand(N)
year = torch.randint(70, 83, (N,)).float()
cyl = torch.randint(3, 9, (N,)).float()
mpg = 38 / weight + 0.6 * (year - 76) - 0.05 * (power - 130) - 0.8 * (cyl - 5) + torch.randn(N)
features = torch.stack([weight, power, year, cyl], dim=1)
features = (features - features.mean(0)) / features.std(0)
target = ((mpg - mpg.mean()) / mpg.std()).unsqueeze(1)

train_x, test_x = features[:1000], features[1000:]
train_y, test_y = target[:1000], target[1000:]


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden1 = nn.Linear(4, 40)
        self.hidden2 = nn.Linear(40, 40)
        self.predict = nn.Linear(40, 1)

    def forward(self, x):
        x = torch.relu(self.hidden1(x))
        x = torch.relu(self.hidden2(x))
        return self.predict(x)


net = MLP()
optimizer = torch.optim.SGD(net.parameters(), lr=0.02)
loss_func = nn.MSELoss()

# 训练
step = 0
for epoch in range(20):
    perm = torch.randperm(1000)
    for i in range(0, 1000, 40):
        b = perm[i:i + 40]
        prediction = net(train_x[b])
        loss = loss_func(prediction, train_y[b])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
        if step % 50 == 0:
            print("step", step, "loss", round(loss.item(), 4))

with torch.no_grad():
    out = net(test_x)
    mse = loss_func(out, test_y).item()
    r2 = 1 - mse / test_y.var().item()
print("test mse", round(mse, 4), "R2", round(r2, 4))
