# continuous-time denoiser for a 2-D mixture: zero-initialised output, EMA weights, always-on clipping
import os, copy, math
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
K = 5
centers = torch.tensor([[math.cos(2 * math.pi * k / K), math.sin(2 * math.pi * k / K)] for k in range(K)]) * 2


def sample_data(n):
    return centers[torch.randint(0, K, (n,))] + 0.1 * torch.randn(n, 2)


class FiLM(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.lin = nn.Linear(d, d)
        self.mod = nn.Linear(16, 2 * d)
        nn.init.zeros_(self.mod.weight)
        nn.init.zeros_(self.mod.bias)

    def forward(self, h, t):
        s, b = self.mod(t).chunk(2, -1)
        return h + nn.functional.silu(self.lin(h) * (1 + s) + b)


class Net(nn.Module):
    def __init__(self, d=64):
        super().__init__()
        self.time = nn.Sequential(nn.Linear(1, 16), nn.SiLU())
        self.inp = nn.Linear(2, d)
        self.blocks = nn.ModuleList(FiLM(d) for _ in range(3))
        self.out = nn.Linear(d, 2)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x, t):
        te, h = self.time(t), self.inp(x)
        for b in self.blocks:
            h = b(h, te)
        return self.out(h)


net = Net()
ema = copy.deepcopy(net).requires_grad_(False)
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for it in range(500):
    x1, x0, t = sample_data(128), torch.randn(128, 2), torch.rand(128, 1)
    loss = (net((1 - t) * x0 + t * x1, t) - (x1 - x0)).square().sum(1).mean()
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 0.1)
    opt.step()
    for a, b in zip(ema.parameters(), net.parameters()):
        a.lerp_(b.detach(), 0.02)
    if it % 100 == 0:
        print(f"it {it} flow matching loss {loss.item():.4f}")
x = torch.randn(1000, 2)
for i in range(30):
    x = x + ema(x, torch.full((1000, 1), i / 30)) / 30
dist = torch.cdist(x, centers).min(1)
print(f"distance to nearest centre {dist.values.mean().item():.3f}, modes used {dist.indices.unique().numel()}/{K}")
