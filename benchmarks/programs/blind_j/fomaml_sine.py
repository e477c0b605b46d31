# First-order MAML on sine regression
import copy
import os
import math
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def task():
    amp = 0.5 + 1.5 * torch.rand(1)
    ph = math.pi * torch.rand(1)
    def draw(n):
        x = torch.rand(n, 1) * 6 - 3
        return x, amp * torch.sin(x + ph)
    return draw


net = nn.Sequential(nn.Linear(1, 40), nn.Tanh(), nn.Linear(40, 40), nn.Tanh(), nn.Linear(40, 1))
meta_opt = torch.optim.Adam(net.parameters(), lr=3e-3)
inner_lr, inner_steps = 0.05, 4
mse = nn.MSELoss()


def adapt(model, x, y, steps):
    fast = copy.deepcopy(model)
    for _ in range(steps):
        loss = mse(fast(x), y)
        grads = torch.autograd.grad(loss, list(fast.parameters()))
        with torch.no_grad():
            for p, g in zip(fast.parameters(), grads):
                p -= inner_lr * g
    return fast


def evaluate(model, n=40):
    pre = post = 0.0
    for _ in range(n):
        t = task()
        x, y = t(10); xq, yq = t(50)
        pre += mse(model(xq), yq).item() / n
        post += mse(adapt(model, x, y, 8)(xq), yq).item() / n
    return pre, post


print("before meta-training: pre %.3f post %.3f" % evaluate(net))
for it in range(250):
    meta_opt.zero_grad()
    total = 0.0
    for _ in range(4):
        t = task()
        fast = adapt(net, *t(10), inner_steps)
        xq, yq = t(10)
        lq = mse(fast(xq), yq)
        grads = torch.autograd.grad(lq, list(fast.parameters()))
        for p, g in zip(net.parameters(), grads):
            p.grad = g / 4 if p.grad is None else p.grad + g / 4
        total += lq.item() / 4
    meta_opt.step()
    if it % 50 == 0:
        print("iter", it, "query loss after adaptation", round(total, 4))
print("after meta-training: pre %.3f post %.3f" % evaluate(net))
