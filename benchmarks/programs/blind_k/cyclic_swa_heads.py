"""Cyclical learning rate (triangular, 1e-3..0.2) with stochastic weight averaging of the low points."""
import os
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
d = load_digits()
X = torch.tensor((d.data - 4.9) / 6.0, dtype=torch.float32)
y = torch.tensor(d.target)
p = torch.randperm(len(y))
flip = torch.rand(1400) < 0.05
noisy = y[p[:1400]].clone()
noisy[flip] = torch.randint(0, 10, (int(flip.sum()),))
train = DataLoader(TensorDataset(X[p[:1400]], noisy), batch_size=32, shuffle=True, drop_last=True)

net = nn.Sequential(nn.Linear(64, 80), nn.ReLU(), nn.Dropout(0.2), nn.Linear(80, 10))
swa = AveragedModel(net)
opt = torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9, weight_decay=5e-4)
sched = torch.optim.lr_scheduler.CyclicLR(opt, base_lr=1e-3, max_lr=0.2, step_size_up=60, cycle_momentum=False)
k = 0
for epoch in range(18):
    net.train()
    for xb, yb in train:
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(xb), yb)
        loss.backward()
        opt.step()
        sched.step()
        k += 1
        if k % 120 == 0:
            swa.update_parameters(net)
    if epoch % 3 == 0:
        print(f"epoch {epoch} lr {opt.param_groups[0]['lr']:.4f} loss {loss.item():.4f}")
swa.eval()
with torch.no_grad():
    print("averaged model accuracy", (swa(X[p[1400:]]).argmax(1) == y[p[1400:]]).float().mean().item())
