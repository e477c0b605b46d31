# marks out of 50 from hours slept, studied, used electronics, played
import os
import torch
import numpy as np

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

xs = rng.randint(0, 9, (60, 4)).astype(np.float32)
xs[:, 0] = rng.randint(5, 10, 60)
marks = 18 + 3.2 * xs[:, 1] + 1.0 * (xs[:, 0] - 7) - 1.4 * xs[:, 2] - .5 * xs[:, 3] + rng.normal(0, 1.5, 60)
marks = np.clip(marks, 2, 49).astype(np.float32).reshape(-1, 1)
x = torch.from_numpy(xs)
M = torch.from_numpy(marks)

w1 = torch.randn(4, 2, requires_grad=True)
b1 = torch.zeros(2, requires_grad=True)
w2 = torch.randn(2, 1, requires_grad=True)
b2 = torch.zeros(1, requires_grad=True)


def feed_forward(inp, w, b):
    return torch.sigmoid(inp @ w + b)


def model(inp):
    out1 = feed_forward(inp, w1, b1)
    out2 = feed_forward(out1, w2, b2)
    return 50 * out2


lr = 0.05
train_step = torch.optim.SGD([w1, b1, w2, b2], lr=lr)
for it in range(2000):
    J = torch.mean((model(x) - M) ** 2)
    train_step.zero_grad()
    J.backward()
    train_step.step()
    if it % 400 == 0:
        print("iteration", it, "J", J.item())

with torch.no_grad():
    p = model(x)
    r2 = 1 - ((p - M) ** 2).mean() / M.var(unbiased=False)
print("first predictions", p[:5].flatten().tolist())
print("J %.3f r2 %.3f" % (((p - M) ** 2).mean().item(), r2.item()))
