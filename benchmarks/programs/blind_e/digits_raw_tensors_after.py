import os
import torch
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

# network written with raw tensors
X, y = load_digits(return_X_y=True)
X = torch.tensor(X, dtype=torch.float32)
X = (X - X.mean()) / X.std()
y = torch.tensor(y)
perm = torch.randperm(X.size(0))
Xtr, ytr, Xte, yte = X[perm[:1400]], y[perm[:1400]], X[perm[1400:]], y[perm[1400:]]

sizes = [64, 256, 256, 256, 256, 256, 10]
W, B = [], []
for n_in, n_out in zip(sizes, sizes[1:]):
    w = torch.randn(n_in, n_out) * (1.0 / n_in) ** 0.5
    W.append(w.requires_grad_())
    B.append(torch.zeros(n_out, requires_grad=True))


def forward(x):
    for i, (w, b) in enumerate(zip(W, B)):
        x = x @ w + b
        if i < len(W) - 1:
            x = torch.tanh(x)
    return x


opt = torch.optim.SGD(W + B, lr=0.01)
for it in range(450):
    batch = torch.randint(0, len(Xtr), (64,))
    logits = forward(Xtr[batch])
    loss = torch.nn.functional.cross_entropy(logits, ytr[batch])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 100 == 0:
        print(it, loss.item())
with torch.no_grad():
    out = forward(Xte)
print("test loss", torch.nn.functional.cross_entropy(out, yte).item())
print("test acc", (out.argmax(1) == yte).float().mean().item())
