"""Adapt a frozen, already trained layer with a low-rank update."""

import math

import torch
from torch import nn
from torch.nn import functional as F


class LoRALinear(nn.Module):
    def __init__(self, base: nn.Linear, r=4, alpha=8):
        super().__init__()
        self.base = base
        for p in self.base.parameters():
            p.requires_grad_(False)
        self.lora_A = nn.Parameter(torch.empty(r, base.in_features))
        self.lora_B = nn.Parameter(torch.zeros(base.out_features, r))
        nn.init.kaiming_uniform_(self.lora_A, a=math.sqrt(5))
        self.scaling = alpha / r

    def forward(self, x):
        return self.base(x) + F.linear(F.linear(x, self.lora_A), self.lora_B) * self.scaling


def sample(n, mix, rot):
    x = torch.randn(n, 32)
    return x, (torch.tanh(x @ mix) @ rot).argmax(1)


def accuracy(model, x, y):
    with torch.no_grad():
        return (model(x).argmax(1) == y).float().mean().item()


torch.manual_seed(0)
mix, rot = torch.randn(32, 16) / 4, torch.randn(16, 4)

# stage 1: the "foundation" model
model = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 4))
x, y = sample(1500, mix, rot)
opt = torch.optim.AdamW(model.parameters(), lr=3e-3)
for epoch in range(15):
    for idx in torch.randperm(1500).split(64):
        opt.zero_grad()
        F.cross_entropy(model(x[idx]), y[idx]).backward()
        opt.step()
print("base task", accuracy(model, x, y))

# stage 2: a shifted task, adapters only
shift = mix + 0.15 * torch.randn(32, 16)
x2, y2 = sample(1000, shift, rot)
print("new task before", accuracy(model, x2, y2))
for p in model.parameters():
    p.requires_grad_(False)
for i in (0, 2, 4):
    model[i] = LoRALinear(model[i])
trainable = [p for p in model.parameters() if p.requires_grad]
opt = torch.optim.AdamW(trainable, lr=3e-3)
for epoch in range(20):
    for idx in torch.randperm(1000).split(50):
        opt.zero_grad()
        loss = F.cross_entropy(model(x2[idx]), y2[idx])
        loss.backward()
        opt.step()
    if epoch % 5 == 4:
        print(f"adapter epoch {epoch + 1} loss {loss.item():.3f} acc {accuracy(model, x2, y2):.3f}")
