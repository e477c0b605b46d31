"""Deep MLP on synthetic 12x12 patterns, parameters kept in plain lists."""
import os
import numpy as np
import torch
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

SIDE, CLASSES = 12, 6


def make_images(n, rng):
    yy, xx = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    labels = rng.integers(0, CLASSES, n)
    imgs = np.empty((n, SIDE, SIDE), dtype=np.float32)
    for i, k in enumerate(labels):
        angle = np.pi * k / CLASSES + rng.normal(0, 0.06)
        phase = rng.uniform(-0.6, 0.6)
        wave = np.sin(2 * np.pi * 2.0 * (xx * np.cos(angle) + yy * np.sin(angle)) + phase)
        imgs[i] = wave + rng.normal(0, 0.4, (SIDE, SIDE))
    return torch.from_numpy(imgs.reshape(n, -1)), torch.from_numpy(labels)


def init_params(sizes):
    params = []
    for fan_in, fan_out in zip(sizes[:-1], sizes[1:]):
        w = torch.randn(fan_in, fan_out) / fan_in ** 0.5
        b = torch.zeros(fan_out)
        params += [w.requires_grad_(), b.requires_grad_()]
    return params


def forward(params, x):
    n = len(params) // 2
    for i in range(n):
        x = x @ params[2 * i] + params[2 * i + 1]
        if i < n - 1:
            x = torch.relu(x)
    return x


rng = np.random.default_rng(SEED)
x_train, y_train = make_images(1500, rng)
x_test, y_test = make_images(500, rng)
params = init_params([SIDE * SIDE, 200, 200, 200, 200, CLASSES])
optimizer = torch.optim.SGD(params, lr=0.02, momentum=0.9)

for step in range(400):
    idx = torch.randint(0, len(x_train), (64,))
    loss = F.cross_entropy(forward(params, x_train[idx]), y_train[idx])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 50 == 0:
        print(f"step {step:4d} loss {loss.item():.4f}")

with torch.no_grad():
    acc = (forward(params, x_test).argmax(1) == y_test).float().mean()
print(f"test acc {acc.item():.3f}")
