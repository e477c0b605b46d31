# 预测一段信号的能量 (1-D convolution regression)
import os
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def data(n, L=40):
    amp = 0.2 + 1.3 * torch.rand(n, 1)
    freq = 0.1 + 0.3 * torch.rand(n, 1)
    phase = 6.28 * torch.rand(n, 1)
    t = torch.arange(L).float()
    x = amp * torch.sin(6.28 * freq * t + phase) + 0.05 * torch.randn(n, L)
    energy = (x ** 2).mean(1)
    return x.unsqueeze(1), (energy - 0.45) / 0.4


class EnergyNet(nn.Module):
    def __init__(self, c=16):
        super().__init__()
        self.conv1 = nn.Conv1d(1, c, 5, padding=2)
        self.conv2 = nn.Conv1d(c, c, 5, padding=2)
        self.conv3 = nn.Conv1d(c, c, 5, padding=2)
        self.fc1 = nn.Linear(c, 32)
        self.fc2 = nn.Linear(32, 1)

    def forward(self, x):
        x = self.conv1(x)
        x = self.conv2(x)
        x = self.conv3(x)
        x = x.mean(dim=2)
        x = self.fc1(x)
        return self.fc2(x).squeeze(1)


xtr, ytr = data(1500)
xte, yte = data(400)
net = EnergyNet()
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
loss_fn = nn.MSELoss()
for epoch in range(8):
    s = 0.0
    for idx in torch.randperm(1500).split(30):
        opt.zero_grad()
        loss = loss_fn(net(xtr[idx]), ytr[idx])
        loss.backward()
        opt.step()
        s += loss.item()
    print("epoch", epoch, "mse", round(s / 50, 4))
with torch.no_grad():
    r2 = 1 - loss_fn(net(xte), yte) / yte.var()
print("R2 on test:", round(r2.item(), 3))
