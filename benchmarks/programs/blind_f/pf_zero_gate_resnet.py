# residual MLP, gates start from zero (ReZero), 16 blocks, predicting a wavy function
import os
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class Block(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.f = nn.Sequential(nn.Linear(d, d), nn.ReLU(), nn.Linear(d, d))
        self.gate = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return x + self.gate * self.f(x)


class Net(nn.Module):
    def __init__(self, d=32, depth=16):
        super().__init__()
        self.inp = nn.Linear(3, d)
        self.blocks = nn.Sequential(*[Block(d) for _ in range(depth)])
        self.out = nn.Linear(d, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x):
        return self.out(self.blocks(self.inp(x)))


def f(x):
    return (torch.sin(3 * x[:, :1]) * x[:, 1:2] + 0.7 * x[:, 2:] ** 2) * 1.2 - 0.4


x_tr = torch.rand(1500, 3) * 2 - 1
y_tr = f(x_tr) + 0.03 * torch.randn(1500, 1)
x_te = torch.rand(400, 3) * 2 - 1
y_te = f(x_te)
net = Net()
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 300)

for it in range(300):
    b = torch.randint(0, 1500, (64,))
    opt.zero_grad()
    loss = nn.functional.mse_loss(net(x_tr[b]), y_tr[b])
    loss.backward()
    opt.step()
    sched.step()
    if it % 60 == 0:
        print(it, "mse", round(loss.item(), 5))

with torch.no_grad():
    r2 = 1 - ((net(x_te) - y_te) ** 2).mean() / y_te.var()
print("R2 %.3f  gates %s" % (r2, [round(b.gate.item(), 2) for b in net.blocks][:6]))
