"""Diagonal linear state-space layer (S4D-flavoured, real poles pairs by hand) for one-step-ahead forecasting."""
import argparse
import math
import os

import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class DiagSSM(nn.Module):
    """h_t = a * R(w) h_{t-1} + B u_t,   y_t = C h_t + D u_t, with n rotating pairs."""

    def __init__(self, d_model, n):
        super().__init__()
        self.log_decay = nn.Parameter(torch.linspace(-4, -1, n))
        self.freq = nn.Parameter(torch.rand(n) * math.pi * 0.5)
        self.B = nn.Parameter(torch.randn(d_model, 2, n) / math.sqrt(d_model))
        self.C = nn.Parameter(torch.randn(2, n, d_model) / math.sqrt(2 * n))
        self.D = nn.Parameter(torch.ones(d_model))

    def forward(self, u):
        a = torch.exp(-torch.exp(self.log_decay))
        c, s = a * torch.cos(self.freq), a * torch.sin(self.freq)
        drive = torch.einsum("btd,dkn->btkn", u, self.B)
        re = im = torch.zeros(u.size(0), len(a))
        out = []
        for t in range(u.size(1)):
            re, im = c * re - s * im + drive[:, t, 0], s * re + c * im + drive[:, t, 1]
            out.append(torch.stack([re, im], 1))
        h = torch.stack(out, 1)
        return torch.einsum("btkn,knd->btd", h, self.C) + self.D * u


class MLP(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(i, o) for i, o in zip(sizes[:-1], sizes[1:]))

    def forward(self, x):
        for layer in self.layers:
            x = torch.relu(layer(x))
        return x


class Forecaster(nn.Module):
    def __init__(self, d_model=16, n=12):
        super().__init__()
        self.inp = nn.Linear(1, d_model)
        self.ssm = DiagSSM(d_model, n)
        self.norm = nn.LayerNorm(d_model)
        self.head = MLP([d_model, 32, 1])

    def forward(self, u):
        z = self.inp(u)
        return self.head(self.norm(z + self.ssm(z)))


def batch(b, length):
    t = torch.arange(length + 1).float()
    f = 0.15 + 0.35 * torch.rand(b, 2, 1)
    ph = 2 * math.pi * torch.rand(b, 2, 1)
    x = (torch.sin(f * t + ph) * torch.tensor([1.0, 0.6])[None, :, None]).sum(1)
    x = (x - x.mean()) / x.std()
    x = x + 0.02 * torch.randn_like(x)
    return x[:, :-1, None], x[:, 1:, None]


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--steps", type=int, default=220)
    p.add_argument("--lr", type=float, default=5e-3)
    p.add_argument("--length", type=int, default=24)
    args = p.parse_args()
    model = Forecaster()
    opt = torch.optim.AdamW(model.parameters(), lr=args.lr, weight_decay=1e-4)
    sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, args.steps)
    for step in range(args.steps):
        u, y = batch(32, args.length)
        loss = ((model(u) - y) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        sched.step()
        if step % 50 == 0:
            print(f"{step:4d}  mse {loss.item():.4f}")
    with torch.no_grad():
        u, y = batch(256, args.length)
        err = ((model(u) - y)[:, 8:] ** 2).mean() / y[:, 8:].var()
    print(f"test nmse {err:.4f}  R2 {1 - err:.3f}")
