"""MAML (Finn et al. 2017), second order, on sine regression; inner loop done functionally."""
import os

import torch
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
H = 40


def init(i, o):
    return [(torch.randn(o, i) * (2 / i) ** 0.5).requires_grad_(), torch.zeros(o, requires_grad=True)]


params = init(1, H) + init(H, H) + init(H, 1)


def forward(x, p):
    x = F.relu(F.linear(x, p[0], p[1]))
    x = F.relu(F.linear(x, p[2], p[3]))
    return F.linear(x, p[4], p[5])


def task():
    amp, phase = 0.5 + 1.5 * torch.rand(1), 3.14 * torch.rand(1)

    def draw(n):
        x = torch.rand(n, 1) * 6 - 3
        return x, amp * torch.sin(x + phase)
    return draw


def adapt(p, x, y, steps, create_graph):
    for _ in range(steps):
        loss = F.mse_loss(forward(x, p), y)
        grads = torch.autograd.grad(loss, p, create_graph=create_graph)
        p = [w - 0.02 * g for w, g in zip(p, grads)]
    return p


meta = torch.optim.Adam(params, lr=2e-3)
for it in range(450):
    meta.zero_grad()
    outer = 0.0
    for _ in range(4):
        draw = task()
        fast = adapt(params, *draw(10), 1, True)
        xq, yq = draw(15)
        loss = F.mse_loss(forward(xq, fast), yq) / 4
        loss.backward()
        outer += loss.item()
    torch.nn.utils.clip_grad_norm_(params, 5.0)
    meta.step()
    if it % 50 == 0:
        print(f"meta-iter {it} post-adaptation mse {outer:.4f}")

pre, post = [], []
for _ in range(60):
    draw = task()
    xs, ys = draw(10)
    xq, yq = draw(100)
    fast = adapt(params, xs, ys, 5, False)
    pre.append(F.mse_loss(forward(xq, params), yq).item())
    post.append(F.mse_loss(forward(xq, fast), yq).item())
print(f"mse before adaptation {sum(pre) / 60:.3f}, after 5 steps {sum(post) / 60:.3f}")
