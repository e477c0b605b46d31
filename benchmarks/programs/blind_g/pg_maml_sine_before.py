"""MAML on sinusoid regression, 10-shot (Finn et al. 2017)."""
import os
import math
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.func import functional_call

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

INNER_LR, META_BATCH, SHOTS = 0.02, 8, 10


def sample_task():
    amp = torch.empty(1).uniform_(0.5, 3.0)
    phase = torch.empty(1).uniform_(0, math.pi)

    def data(n):
        x = torch.empty(n, 1).uniform_(-4, 4)
        return x, amp * torch.sin(x + phase)
    return data


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(1, 40)
        self.fc2 = nn.Linear(40, 40)
        self.fc3 = nn.Linear(40, 1)

    def forward(self, x):
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x)))))


def adapt(model, x, y, steps=1, train=True):
    fast = dict(model.named_parameters())
    for _ in range(steps):
        fast = {k: v.detach().clone().requires_grad_(True) for k, v in fast.items()}
        loss = F.mse_loss(functional_call(model, fast, (x,)), y)
        grads = torch.autograd.grad(loss, list(fast.values()), create_graph=train)
        fast = {k: v - INNER_LR * g for (k, v), g in zip(fast.items(), grads)}
    return fast


model = Net()
meta_opt = torch.optim.Adam(model.parameters(), lr=2e-3)

for it in range(250):
    meta_loss = 0.0
    for _ in range(META_BATCH):
        task = sample_task()
        xs, ys = task(SHOTS)
        xq, yq = task(SHOTS)
        fast = adapt(model, xs, ys)
        meta_loss = meta_loss + F.mse_loss(functional_call(model, fast, (xq,)), yq)
    meta_loss = meta_loss / META_BATCH
    meta_opt.zero_grad()
    meta_loss.backward()
    meta_opt.step()
    if it % 50 == 0:
        print(f"[{it}] query loss {meta_loss.item():.3f}")

base, err = 0.0, 0.0
for _ in range(200):
    task = sample_task()
    xs, ys = task(SHOTS)
    xq, yq = task(100)
    fast = adapt(model, xs, ys, steps=5, train=False)
    with torch.no_grad():
        err += F.mse_loss(functional_call(model, fast, (xq,)), yq).item() / 200
        base += F.mse_loss(torch.zeros_like(yq), yq).item() / 200
print(f"after adaptation: mse {err:.3f}   predicting zero: {base:.3f}")
