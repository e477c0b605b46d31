import os
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
d = load_digits()
X, y = torch.tensor(d.data, dtype=torch.float32) / 16, torch.tensor(d.target)
p = torch.randperm(len(y))
X, y = X[p], y[p]
# 15% wrong labels in the training part
noisy = y.clone()
flip = torch.rand(len(y)) < 0.15
noisy[flip] = torch.randint(0, 10, (int(flip.sum()),))


class ReZero(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.lin = nn.Linear(d, d)
        self.alpha = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return x + self.alpha * torch.relu(self.lin(x))


net = nn.Sequential(nn.Linear(64, 64), *[ReZero(64) for _ in range(16)], nn.Linear(64, 10))
opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, nesterov=True, weight_decay=5e-4)
sched = torch.optim.lr_scheduler.OneCycleLR(opt, 0.1, total_steps=330)
loss_fn = nn.CrossEntropyLoss(label_smoothing=0.1)
for epoch in range(15):
    tot = 0
    for b in torch.randperm(1400).split(64):
        opt.zero_grad()
        loss = loss_fn(net(X[b]), noisy[b])
        loss.backward()
        opt.step()
        sched.step()
        tot += loss.item() * len(b)
    if epoch % 3 == 2:
        with torch.no_grad():
            acc = (net(X[1400:]).argmax(1) == y[1400:]).float().mean().item()
        print(f"epoch {epoch + 1} loss {tot / 1400:.4f} clean test acc {acc:.3f}")
