# tf tutorial "deep mnist for experts"-like MLP on the small digits
import os
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def weight_variable(n_in, n_out):
    w = torch.randn(n_in, n_out) * (2.0 / n_in) ** 0.5
    return w.requires_grad_()


def bias_variable(n):
    return torch.full((n,), 0.1).requires_grad_()


d = load_digits()
x_all = torch.tensor(d.data / 16.0, dtype=torch.float32)
y_all = torch.tensor(d.target)
g = torch.Generator().manual_seed(SEED)
perm = torch.randperm(len(x_all), generator=g)
tr, te = perm[:1400], perm[1400:]

sizes = [64, 256, 256, 256, 10]
W = [weight_variable(a, b) for a, b in zip(sizes[:-1], sizes[1:])]
B = [bias_variable(b) for b in sizes[1:]]


def inference(x):
    h = x
    for i in range(len(W) - 1):
        h = F.relu(h @ W[i] + B[i])
    return h @ W[-1] + B[-1]


train_step = torch.optim.SGD(W + B, lr=0.05)

for step in range(900):
    i = tr[torch.randint(0, len(tr), (50,))]
    logits = inference(x_all[i])
    cross_entropy = F.cross_entropy(logits, y_all[i])
    train_step.zero_grad()
    cross_entropy.backward()
    train_step.step()
    if step % 100 == 0:
        acc = (logits.argmax(1) == y_all[i]).float().mean()
        print("step %d, training accuracy %g, loss %g" % (step, acc.item(), cross_entropy.item()))

with torch.no_grad():
    out = inference(x_all[te])
print("test accuracy %g" % (out.argmax(1) == y_all[te]).float().mean().item(),
      "test loss %g" % F.cross_entropy(out, y_all[te]).item())
