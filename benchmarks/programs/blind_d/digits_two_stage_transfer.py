# Stage 1: learn digits 0-4 with a CNN.  Stage 2: keep the convolutions fixed, new head for 5-9.
import os
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

d = load_digits()
X = torch.tensor(d.images, dtype=torch.float32).unsqueeze(1) / 16
Y = torch.tensor(d.target)


def subset(lo, hi):
    m = (Y >= lo) & (Y <= hi)
    x, y = X[m], Y[m] - lo
    p = torch.randperm(len(x))
    k = int(0.8 * len(x))
    return x[p[:k]], y[p[:k]], x[p[k:]], y[p[k:]]


features = nn.Sequential(
    nn.Conv2d(1, 12, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(12, 24, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())


def fit(model, data, params, lr, epochs):
    xt, yt, xv, yv = data
    opt = torch.optim.Adam(params, lr=lr)
    ce = nn.CrossEntropyLoss()
    for ep in range(epochs):
        model.train()
        for idx in torch.randperm(len(xt)).split(32):
            opt.zero_grad()
            loss = ce(model(xt[idx]), yt[idx])
            loss.backward()
            opt.step()
        model.eval()
        with torch.no_grad():
            acc = (model(xv).argmax(1) == yv).float().mean().item()
        if ep % 4 == 3:
            print(f"   epoch {ep + 1} loss {loss.item():.4f} val acc {acc:.3f}")
    return acc


print("stage 1")
net1 = nn.Sequential(features, nn.Linear(96, 5))
fit(net1, subset(0, 4), net1.parameters(), 2e-3, 8)

print("stage 2")
for p in features.parameters():
    p.requires_grad = False
head = nn.Linear(96, 5)
net2 = nn.Sequential(features, head)
acc = fit(net2, subset(5, 9), head.parameters(), 1e-2, 12)
print("accuracy on 5-9:", round(acc, 3))
