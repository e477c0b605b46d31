"""CLIP-style two-tower contrastive learning between digit images and noisy attribute vectors, with EMA towers for eval."""
import copy
import math
import os
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


@dataclass
class Config:
    dim: int = 32
    lr: float = 2e-3
    warmup: int = 50
    steps: int = 500
    batch: int = 96
    ema: float = 0.98
    temperature: float = 0.1


class Tower(nn.Module):
    def __init__(self, d_in, dim):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(d_in, 96), nn.LayerNorm(96), nn.GELU(), nn.Linear(96, dim))

    def forward(self, x):
        return F.normalize(self.net(x), dim=-1)


class TwoTower(nn.Module):
    def __init__(self, d_a, d_b, cfg):
        super().__init__()
        self.a, self.b = Tower(d_a, cfg.dim), Tower(d_b, cfg.dim)
        self.log_t = nn.Parameter(torch.tensor(math.log(1 / cfg.temperature)))

    def forward(self, xa, xb):
        return self.a(xa) @ self.b(xb).T * self.log_t.exp().clamp(max=50)


cfg = Config()
images = torch.tensor(load_digits().data / 16.0, dtype=torch.float32)
images = images[torch.randperm(len(images))]
mixing = torch.randn(64, 20) / 8
attributes = torch.tanh(3 * images @ mixing) + 0.03 * torch.randn(len(images), 20)
tr, te = slice(0, 1500), slice(1500, 1756)

model = TwoTower(64, 20, cfg)
ema = copy.deepcopy(model).requires_grad_(False)
opt = torch.optim.AdamW(model.parameters(), lr=cfg.lr, weight_decay=1e-3)


def schedule(step):
    if step < cfg.warmup:
        return step / cfg.warmup
    return 0.5 * (1 + math.cos(math.pi * (step - cfg.warmup) / (cfg.steps - cfg.warmup)))


scheduler = torch.optim.lr_scheduler.LambdaLR(opt, schedule)


def retrieval(m):
    with torch.no_grad():
        logits = m(images[te], attributes[te])
    target = torch.arange(len(logits))
    return (logits.argmax(1) == target).float().mean().item()


for step in range(cfg.steps):
    idx = torch.randint(1500, (cfg.batch,))
    logits = model(images[idx], attributes[idx])
    labels = torch.arange(cfg.batch)
    loss = 0.5 * (F.cross_entropy(logits, labels) + F.cross_entropy(logits.T, labels))
    opt.zero_grad()
    loss.backward()
    opt.step()
    with torch.no_grad():
        for pe, p in zip(ema.parameters(), model.parameters()):
            pe.lerp_(p, 1 - cfg.ema)
    if step % 100 == 0:
        print(f"step {step} loss {loss.item():.4f} top1 {retrieval(model):.3f}")
print(f"retrieval top1 {retrieval(model):.3f}, ema {retrieval(ema):.3f} (chance {1 / 256:.3f})")
