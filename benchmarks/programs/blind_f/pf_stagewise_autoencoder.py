"""Denoising autoencoder for sensor curves, trained greedily: one new layer per stage, each with its own optimizer,
then everything together. Gradients are clipped hard because our real data has outliers."""
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)


def curves(n, L=48):
    t = np.linspace(0, 1, L)
    a, f, p = np.random.uniform(0.5, 1.5, (n, 1)), np.random.uniform(1, 3, (n, 1)), np.random.uniform(0, 6.28, (n, 1))
    clean = a * np.sin(2 * np.pi * f * t + p)
    noisy = clean + 0.4 * np.random.randn(n, L)
    return torch.tensor(noisy, dtype=torch.float32), torch.tensor(clean, dtype=torch.float32)


x_tr, c_tr = curves(1200)
x_te, c_te = curves(300)
sizes = [48, 40, 24, 12]
enc = nn.ModuleList([nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:])])
dec = nn.ModuleList([nn.Linear(b, a) for a, b in zip(sizes[:-1], sizes[1:])])


def reconstruct(x, depth):
    for layer in enc[:depth]:
        x = nn.functional.elu(layer(x))
    for k in reversed(range(depth)):
        x = dec[k](x)
        if k > 0:
            x = nn.functional.elu(x)
    return x


def run(params, depth, epochs, lr):
    params = list(params)
    opt = torch.optim.Adam(params, lr=lr)
    for ep in range(epochs):
        s = 0
        for b in torch.randperm(1200).split(40):
            opt.zero_grad()
            loss = nn.functional.mse_loss(reconstruct(x_tr[b], depth), c_tr[b])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(params, 0.05)
            opt.step()
            s += loss.item()
    print(f"depth {depth}: mse {s / 30:.4f}")


for depth in range(1, len(sizes)):
    run([*enc[depth - 1].parameters(), *dec[depth - 1].parameters()], depth, 6, 3e-3)
run([*enc.parameters(), *dec.parameters()], 3, 20, 3e-3)
with torch.no_grad():
    mse = nn.functional.mse_loss(reconstruct(x_te, 3), c_te).item()
print(f"test mse {mse:.4f}, noise {((x_te - c_te) ** 2).mean().item():.4f}, zero curve {(c_te ** 2).mean().item():.4f}")
