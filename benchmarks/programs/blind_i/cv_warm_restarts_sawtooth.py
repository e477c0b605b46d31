# SGDR: the loss jumps up at every restart of the cosine schedule
import os
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
d = load_digits()
X = torch.tensor(d.data / 16.0, dtype=torch.float32)
Y = torch.tensor(d.target)
p = torch.randperm(len(X))
X, Y = X[p], Y[p]
net = nn.Sequential(nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 10))
opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
sched = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(opt, T_0=140, eta_min=1e-4)
step = 0
for epoch in range(20):
    net.train()
    run = 0
    for b in torch.randperm(1400).split(50):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(X[b]), Y[b])
        loss.backward()
        opt.step()
        sched.step()
        step += 1
        run += loss.item()
    print("epoch %2d lr %.4f loss %.4f" % (epoch, opt.param_groups[0]["lr"], run / 28))
net.eval()
with torch.no_grad():
    print("test acc %.3f" % (net(X[1400:]).argmax(1) == Y[1400:]).float().mean())
