"""Residual CNN, last norm of each block starts at zero, linear warm-up."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv1 = nn.Conv2d(c, c, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c)
        self.conv2 = nn.Conv2d(c, c, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c)
        nn.init.zeros_(self.bn2.weight)

    def forward(self, x):
        h = F.relu(self.bn1(self.conv1(x)))
        return F.relu(x + self.bn2(self.conv2(h)))


class Net(nn.Module):
    def __init__(self, c=16, blocks=4):
        super().__init__()
        self.stem = nn.Conv2d(1, c, 3, stride=2, padding=1)
        self.blocks = nn.Sequential(*[Block(c) for _ in range(blocks)])
        self.head = nn.Linear(c * 16, 10)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)).flatten(1))


d = load_digits()
x = torch.tensor(d.images, dtype=torch.float32)[:, None] / 8 - 0.6
y = torch.tensor(d.target)
p = torch.randperm(len(x))
x, y = x[p], y[p]
x_tr, y_tr, x_te, y_te = x[:1400], y[:1400], x[1400:], y[1400:]

net = Net()
opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
warm = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: min(1.0, (s + 1) / 40))
step = 0
for epoch in range(6):
    net.train()
    for idx in torch.randperm(len(x_tr)).split(64):
        if len(idx) < 64:
            continue
        loss = F.cross_entropy(net(x_tr[idx]), y_tr[idx], label_smoothing=0.1)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        warm.step()
        step += 1
        if step % 20 == 0:
            print(f"step {step} lr {opt.param_groups[0]['lr']:.4f} loss {loss.item():.4f}")
net.eval()
with torch.no_grad():
    print("test acc %.3f" % (net(x_te).argmax(1) == y_te).float().mean().item())
