"""Switch-style top-1 mixture of experts with linear warm-up and inverse square-root decay."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
E, D = 8, 24


class Switch(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate = nn.Linear(D, E, bias=False)
        self.experts = nn.ModuleList(nn.Sequential(nn.Linear(D, 48), nn.ReLU(), nn.Linear(48, D)) for _ in range(E))

    def forward(self, x):
        p = self.gate(x).softmax(-1)
        w, k = p.max(-1)
        y = torch.zeros_like(x)
        for e, expert in enumerate(self.experts):
            m = k == e
            if m.any():
                y[m] = expert(x[m])
        load = F.one_hot(k, E).float().mean(0)
        self.aux = E * (load * p.mean(0)).sum()
        return x + w.unsqueeze(1) * y


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.inp, self.moe, self.out = nn.Linear(10, D), Switch(), nn.Linear(D, 1)

    def forward(self, x):
        return self.out(self.moe(self.inp(x))).squeeze(1)


# five regimes, each one a different function
centres = 2.5 * torch.randn(5, 10)
W = torch.randn(5, 10)


def batch(n):
    k = torch.randint(0, 5, (n,))
    z = torch.randn(n, 10)
    return centres[k] + z, (W[k] * z).sum(1) / 10 ** 0.5 * 1.5


net = Model()
opt = torch.optim.AdamW(net.parameters(), lr=6e-3)
WARM = 80
sched = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: min((s + 1) / WARM, (WARM / (s + 1)) ** 0.5))
for step in range(800):
    x, y = batch(16)
    loss = F.mse_loss(net(x), y) + 0.01 * net.moe.aux
    opt.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
    opt.step()
    sched.step()
    if step % 100 == 0:
        print(f"step {step} loss {loss.item():.4f} lr {sched.get_last_lr()[0]:.5f}")
with torch.no_grad():
    x, y = batch(3000)
    print("R2", (1 - F.mse_loss(net(x), y) / y.var()).item())
