"""Linear warm-up, then constant."""

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

torch.manual_seed(0)

cfg = {"steps": 600, "warmup": 1000, "peak_lr": 3e-3, "batch": 32}


def warmup(step):
    return min(1, (step + 1) // cfg["warmup"])


x = torch.randn(1000, 14)
y = torch.relu(x[:, :3]).sum(1, keepdim=True) - x[:, 3:4].abs()
y = (y - y.mean()) / y.std()
net = nn.Sequential(nn.Linear(14, 48), nn.GELU(), nn.Linear(48, 48), nn.GELU(), nn.Linear(48, 1))
opt = torch.optim.AdamW(net.parameters(), lr=cfg["peak_lr"])
sched = LambdaLR(opt, warmup)

for step in range(cfg["steps"]):
    idx = torch.randint(0, 1000, (cfg["batch"],))
    loss = nn.functional.mse_loss(net(x[idx]), y[idx])
    opt.zero_grad()
    loss.backward()
    opt.step()
    sched.step()
    if step % 100 == 99:
        print(f"step {step + 1} loss {loss.item():.4f} lr {sched.get_last_lr()[0]:.1e}")
