import os
import torch
import torch.nn as nn
from torch.utils.checkpoint import checkpoint
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Stage(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.f = nn.Sequential(nn.LayerNorm(d), nn.Linear(d, 2 * d), nn.GELU(), nn.Linear(2 * d, d))

    def forward(self, x):
        return x + self.f(x)


class Net(nn.Module):
    def __init__(self, d=64, n=3):
        super().__init__()
        self.stem = nn.Linear(64, d)
        self.stages = nn.ModuleList(Stage(d) for _ in range(n))
        self.head = nn.Sequential(nn.LayerNorm(d), nn.Linear(d, 10))

    def forward(self, x):
        x = self.stem(x)
        for s in self.stages:
            x = checkpoint(s, x, use_reentrant=False) if self.training else s(x)
        return self.head(x)


d = load_digits()
X = torch.tensor((d.data - d.data.mean()) / d.data.std(), dtype=torch.float32)
Y = torch.tensor(d.target)
p = torch.randperm(len(X))
tr, te = p[:1400], p[1400:]
net = Net()
opt = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=0.05)
steps = 150
sched = torch.optim.lr_scheduler.SequentialLR(opt, [
    torch.optim.lr_scheduler.LinearLR(opt, 0.1, 1.0, total_iters=15),
    torch.optim.lr_scheduler.CosineAnnealingLR(opt, steps - 15)], milestones=[15])
net.train()
for s in range(steps):
    b = tr[torch.randint(0, 1400, (64,))]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out = net(X[b])
        loss = nn.functional.cross_entropy(out, Y[b])
    opt.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 5.0)
    opt.step()
    sched.step()
    if s % 30 == 0:
        print(f"step {s} loss {loss.float().item():.4f}")
net.eval()
with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
    print("test accuracy", round((net(X[te]).argmax(1) == Y[te]).float().mean().item(), 4))
