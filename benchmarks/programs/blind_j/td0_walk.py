# TD(0) value estimation on the 19-state random walk, a linear net by hand-made SGD
import os
import torch

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
N = 19
true = torch.linspace(-1, 1, N + 2)[1:-1]
w = torch.zeros(N, requires_grad=True)
lr = 0.2


def value(s):
    return w[s]


B = 16
s = torch.full((B,), N // 2)
running = 0.0
for t in range(2000):
    move = torch.randint(0, 2, (B,)) * 2 - 1
    nxt = s + move
    left, right = nxt < 0, nxt >= N
    done = left | right
    r = right.float() - left.float()
    with torch.no_grad():
        boot = value(nxt.clamp(0, N - 1)) * (~done).float()
    delta = r + boot - value(s)
    loss = 0.5 * delta.pow(2).sum()
    loss.backward()
    with torch.no_grad():
        w -= lr * w.grad
        w.grad.zero_()
    s = torch.where(done, torch.full((B,), N // 2), nxt)
    running = 0.99 * running + 0.01 * loss.item()
    if t % 400 == 0:
        print(t, "td error", round(running, 4), "rmse", round((w - true).pow(2).mean().sqrt().item(), 4))
    if t in (800, 1400):
        lr *= 0.4
print("final rmse of the values", round((w - true).pow(2).mean().sqrt().item(), 4),
      "of zeros", round(true.pow(2).mean().sqrt().item(), 4))
