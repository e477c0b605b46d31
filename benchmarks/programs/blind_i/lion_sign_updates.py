# own Lion optimizer (sign of an interpolated momentum)
import os
import torch
import torch.nn as nn
from sklearn.datasets import load_diabetes
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-4, betas=(.9, .99), weight_decay=0.):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        for g in self.param_groups:
            b1, b2 = g["betas"]
            for p in g["params"]:
                if p.grad is None:
                    continue
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                p.mul_(1 - g["lr"] * g["weight_decay"])
                p.add_((m * b1 + p.grad * (1 - b1)).sign(), alpha=-g["lr"])
                m.mul_(b2).add_(p.grad, alpha=1 - b2)


X, y = load_diabetes(return_X_y=True)
X = torch.tensor(X / X.std(0), dtype=torch.float32); y = torch.tensor((y - y.mean()) / y.std(), dtype=torch.float32)[:, None]
net = nn.Sequential(nn.Linear(10, 64), nn.GELU(), nn.Linear(64, 64), nn.GELU(), nn.Linear(64, 1))
opt = Lion(net.parameters(), lr=3e-4, weight_decay=.1)
sch = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 60)
for ep in range(60):
    for b in torch.randperm(442).split(32):
        loss = nn.functional.mse_loss(net(X[b]), y[b])
        opt.zero_grad(); loss.backward(); opt.step()
    sch.step()
    if ep % 10 == 0:
        print("epoch", ep, "mse %.3f" % loss.item())
print("R2 on the training data %.3f" % (1 - nn.functional.mse_loss(net(X), y).item()))
