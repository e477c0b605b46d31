# Energy load with error bars: the network gives mean and log-variance, trained by likelihood
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def make(n):
    hour = torch.rand(n) * 24
    temp = torch.randn(n)
    mean = torch.sin(hour / 24 * 6.2832) + 0.3 * temp ** 2
    sigma = 0.05 + 0.15 * torch.rand(n) * (hour > 12)
    load = mean + sigma * torch.randn(n)
    feats = torch.stack([torch.sin(hour / 24 * 6.2832), torch.cos(hour / 24 * 6.2832), temp], 1)
    return feats, load


class LoadNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(3, 48), nn.Tanh(), nn.Linear(48, 48), nn.Tanh())
        self.mu = nn.Linear(48, 1)
        self.logvar = nn.Linear(48, 1)
        nn.init.zeros_(self.logvar.weight)
        nn.init.zeros_(self.logvar.bias)

    def forward(self, x):
        h = self.trunk(x)
        return self.mu(h).squeeze(1), self.logvar(h).squeeze(1).clamp(-8, 4)


def nll(mu, logvar, y):
    return 0.5 * (logvar + (y - mu) ** 2 * torch.exp(-logvar)).mean()


xt, yt = make(3000)
xv, yv = make(600)
net = LoadNet()
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
best = float("inf")
for epoch in range(20):
    net.train()
    for i in torch.randperm(len(xt)).split(100):
        loss = nll(*net(xt[i]), yt[i])
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        mu, lv = net(xv)
        v = nll(mu, lv, yv).item()
    best = min(best, v)
    if epoch % 4 == 3:
        print("epoch %d  train nll %.4f  val nll %.4f" % (epoch + 1, loss.item(), v))
r2 = 1 - ((mu - yv) ** 2).mean() / yv.var()
print("best nll %.4f   R2 %.4f" % (best, r2.item()))
