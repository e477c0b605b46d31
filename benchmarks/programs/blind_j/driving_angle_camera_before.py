# steering angle (-1..1) from a camera picture, small version of the end-to-end driving net
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
N = 700
angle = (0.35 * torch.randn(N)).clamp(-1, 1)
rows, cols = torch.arange(12.).view(1, 12, 1), torch.arange(24.).view(1, 1, 24)
centre = 12 + angle.view(-1, 1, 1) * (12 - rows) * 0.9
road = (60 + 120 * torch.exp(-(cols - centre) ** 2 / 8)).clamp(0, 255) + 8 * torch.randn(N, 12, 24)
X, y = road.unsqueeze(1), angle.unsqueeze(1)


class Nvidia(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(1, 8, 3, stride=2), nn.ELU(), nn.Conv2d(8, 16, 3), nn.ELU())
        self.drop = nn.Dropout(0.2)
        self.fc = nn.Sequential(nn.Linear(16 * 3 * 9, 50), nn.ELU(), nn.Linear(50, 10), nn.ELU(), nn.Linear(10, 1), nn.ReLU())

    def forward(self, x):
        x = x / 127.5 - 1.0
        return self.fc(self.drop(self.conv(x)).flatten(1))


net = Nvidia()
opt = torch.optim.Adam(net.parameters(), lr=1e-3, eps=1e-7)
for epoch in range(12):
    net.train()
    order = torch.randperm(560)
    for k in range(0, 560, 20):
        b = order[k:k + 20]
        loss = nn.functional.mse_loss(net(X[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        v = nn.functional.mse_loss(net(X[560:]), y[560:]).item()
    print("epoch %d val mse %.4f (variance %.4f)" % (epoch, v, y[560:].var().item()))
