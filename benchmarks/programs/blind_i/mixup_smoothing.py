# mixup and label smoothing on the digits
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED); np.random.seed(SEED)
d = load_digits()
X = torch.tensor(d.data / 16., dtype=torch.float32); Y = torch.tensor(d.target)
net = nn.Sequential(nn.Linear(64, 128), nn.BatchNorm1d(128), nn.ReLU(), nn.Linear(128, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 10))
opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)
sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=25)
crit = nn.CrossEntropyLoss(label_smoothing=0.1)
for epoch in range(25):
    net.train()
    for b in torch.randperm(1400).split(64):
        lam = np.random.beta(1.0, 1.0)
        k = b[torch.randperm(len(b))]
        out = net(lam * X[b] + (1 - lam) * X[k])
        loss = lam * crit(out, Y[b]) + (1 - lam) * crit(out, Y[k])
        opt.zero_grad(); loss.backward(); opt.step()
    sched.step()
    if epoch % 5 == 0:
        print("epoch %d mixup loss %.3f" % (epoch, loss.item()))
net.eval()
print("clean test accuracy %.3f" % (net(X[1400:]).argmax(1) == Y[1400:]).float().mean().item())
