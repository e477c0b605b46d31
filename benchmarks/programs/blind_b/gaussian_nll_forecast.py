"""Probabilistic one-step forecast: mean and variance, Gaussian NLL (the loss goes below zero)."""
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

t = np.arange(1100)
noise = 0.02 + 0.06 * (np.sin(2 * np.pi * t / 50) > 0)
series = np.sin(2 * np.pi * t / 25) + 0.3 * np.sin(2 * np.pi * t / 7) + noise * np.random.randn(len(t))
series = torch.tensor(series, dtype=torch.float32)
W = 25
X = series.unfold(0, W, 1)[:-1].clone()
y = series[W:]


class ProbNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(W, 48), nn.Tanh(), nn.Linear(48, 48), nn.Tanh())
        self.mean = nn.Linear(48, 1)
        self.logvar = nn.Linear(48, 1)

    def forward(self, x):
        h = self.body(x)
        return self.mean(h).squeeze(-1), self.logvar(h).squeeze(-1).clamp(-8, 4)


net = ProbNet()
net.eval()                       # there is nothing here that behaves differently in training
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
ACCUM, micro = 4, 0
for epoch in range(25):
    tot = 0.0
    for b in torch.randperm(850).split(10):
        m, lv = net(X[b])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            nll = 0.5 * (lv + (y[b] - m) ** 2 * torch.exp(-lv)).mean()
        (nll / ACCUM).backward()
        micro += 1
        if micro % ACCUM == 0:
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            opt.step()
            opt.zero_grad()
        tot += nll.item() * len(b)
    if epoch % 5 == 0:
        print(f"epoch {epoch} nll {tot / 850:.4f}")
with torch.no_grad():
    m, lv = net(X[850:])
    r2 = 1 - ((m - y[850:]) ** 2).mean() / y[850:].var()
    cover = ((y[850:] - m).abs() < 2 * torch.exp(0.5 * lv)).float().mean()
print(f"test R2 {r2:.3f}, two sigma coverage {cover:.3f}")
