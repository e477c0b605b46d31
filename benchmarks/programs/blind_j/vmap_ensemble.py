"""Ensemble of five nets trained at once with torch.func."""
import os
import torch
import torch.nn as nn
from torch.func import functional_call, stack_module_state, vmap

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
K = 5
x = torch.rand(400, 1) * 6 - 3
y = torch.sin(2 * x) * torch.exp(-0.1 * x ** 2) + 0.1 * torch.randn_like(x)


def make():
    return nn.Sequential(nn.Linear(1, 48), nn.Tanh(), nn.Linear(48, 48), nn.Tanh(), nn.Linear(48, 1))


models = [make() for _ in range(K)]
params, buffers = stack_module_state(models)
params = {k: v.detach().requires_grad_() for k, v in params.items()}
skeleton = make().to("meta")


def call(p, b, inp):
    return functional_call(skeleton, (p, b), (inp,))


opt = torch.optim.Adam(params.values(), lr=8e-3)
for step in range(500):
    idx = torch.randint(0, 400, (K, 64))          # its own bootstrap batch for each
    pred = vmap(call)(params, buffers, x[idx])
    per_model = (pred - y[idx]).pow(2).mean((1, 2))
    loss = per_model.sum()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 100 == 0:
        print(step, [round(v, 4) for v in per_model.tolist()])

with torch.no_grad():
    g = torch.linspace(-3, 3, 200)[:, None]
    f = torch.sin(2 * g) * torch.exp(-0.1 * g ** 2)
    p = vmap(call, in_dims=(0, 0, None))(params, buffers, g)
    print("ensemble mse to the true curve", round((p.mean(0) - f).pow(2).mean().item(), 5), "variance of the curve", round(f.var().item(), 4))
