# 16-block ReZero residual MLP, linear warm-up then cosine, bf16 autocast
import os, math
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class ReZeroBlock(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.f = nn.Sequential(nn.Linear(d, 2 * d), nn.GELU(), nn.Linear(2 * d, d))
        self.alpha = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return x + self.alpha * self.f(x)


net = nn.Sequential(nn.Linear(10, 32), *[ReZeroBlock(32) for _ in range(16)], nn.Linear(32, 2))


def batch(n):
    x = torch.randn(n, 10)
    y = (x[:, 0] * x[:, 1] + torch.sin(2 * x[:, 2]) > 0).long()
    return x, y


steps, warm = 240, 40
opt = torch.optim.AdamW(net.parameters(), lr=4e-3, weight_decay=0.01)
sched = torch.optim.lr_scheduler.LambdaLR(
    opt, lambda s: (s + 1) / warm if s < warm else 0.5 * (1 + math.cos(math.pi * (s - warm) / (steps - warm))))
for s in range(steps):
    x, y = batch(128)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out = net(x)
        loss = nn.functional.cross_entropy(out.float(), y)
    opt.zero_grad(set_to_none=True)
    loss.backward()
    gn = nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    opt.step()
    sched.step()
    if s % 40 == 0:
        print(f"step {s} lr {sched.get_last_lr()[0]:.2e} loss {loss.item():.4f} gnorm {gn.item():.3f}")
with torch.no_grad():
    x, y = batch(3000)
    print("accuracy %.3f" % (net(x).argmax(1) == y).float().mean().item())
