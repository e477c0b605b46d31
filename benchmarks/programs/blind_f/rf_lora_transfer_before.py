"""LoRA (Hu et al. 2021): adapt a pretrained digits network to a permuted-label, inverted-image domain."""
import os
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)


@dataclass
class LoraConfig:
    r: int = 8
    alpha: float = 16.0
    lr: float = 5e-3
    steps: int = 400
    batch: int = 64


class LoraLinear(nn.Module):
    def __init__(self, base: nn.Linear, cfg: LoraConfig):
        super().__init__()
        self.base = base
        for p in self.base.parameters():
            p.requires_grad_(False)
        self.scaling = cfg.alpha / cfg.r
        self.A = nn.Parameter(torch.zeros(cfg.r, base.in_features))
        self.B = nn.Parameter(torch.zeros(base.out_features, cfg.r))

    def forward(self, x):
        return self.base(x) + self.scaling * F.linear(F.linear(x, self.A), self.B)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 128)
        self.fc2 = nn.Linear(128, 128)
        self.out = nn.Linear(128, 10)

    def forward(self, x):
        return self.out(F.gelu(self.fc2(F.gelu(self.fc1(x)))))


def fit(model, x, y, params, lr, steps, batch, tag):
    opt = torch.optim.AdamW(params, lr=lr, weight_decay=0.0)
    for step in range(steps):
        idx = torch.randint(len(x), (batch,))
        loss = F.cross_entropy(model(x[idx]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
        if step % 100 == 0:
            print(f"[{tag}] step {step} loss {loss.item():.4f}")


def accuracy(model, x, y):
    with torch.no_grad():
        return (model(x).argmax(1) == y).float().mean().item()


digits = load_digits()
x = torch.tensor(digits.data / 16.0, dtype=torch.float32)
y = torch.tensor(digits.target)
order = torch.randperm(len(x))
x, y = x[order], y[order]
xtr, ytr, xte, yte = x[:1300], y[:1300], x[1300:], y[1300:]

model = Net()
# stage 1: source domain. Weights are kept in a plain state dict, as a checkpoint would be
with torch.enable_grad():
    fit(model, xtr, ytr, model.parameters(), 1e-3, 200, 64, "pretrain")
print(f"source accuracy {accuracy(model, xte, yte):.3f}")

# stage 2: target domain
cfg = LoraConfig()
relabel = torch.randperm(10)
xtr2, xte2, ytr2, yte2 = 1 - xtr, 1 - xte, relabel[ytr], relabel[yte]
for name in ("fc1", "fc2", "out"):
    setattr(model, name, LoraLinear(getattr(model, name), cfg))
trainable = [p for p in model.parameters() if p.requires_grad]
print("trainable", sum(p.numel() for p in trainable))
print(f"target accuracy at start {accuracy(model, xte2, yte2):.3f}")
fit(model, xtr2, ytr2, trainable, cfg.lr, cfg.steps, cfg.batch, "lora")
print(f"target accuracy {accuracy(model, xte2, yte2):.3f}")
