"""Sandwich or not: grey 64x64 pictures shrunk to 32x32, small net after comma.ai's steering model."""
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)


def network(img_size):
    s = (img_size - 5) // 3 + 1
    s = s - 2
    s = s - 2
    return nn.Sequential(
        nn.Conv2d(1, 8, 5, stride=3), nn.Dropout(0.5), nn.ReLU(),
        nn.Conv2d(8, 16, 3), nn.Dropout(0.5), nn.ReLU(),
        nn.Conv2d(16, 32, 3), nn.Dropout(0.5), nn.ReLU(),
        nn.Flatten(),
        nn.Linear(32 * s * s, 240), nn.ReLU(),
        nn.Linear(240, 120),
        nn.Linear(120, 2),
    )


def pictures(n, size=32):
    yy, xx = np.mgrid[:size, :size]
    X, y = [], []
    for i in range(n):
        lab = i % 2
        im = np.random.uniform(60, 180) + 25 * np.random.randn(size, size)
        h = np.random.randint(8, 20)
        if lab:        # layers
            for k in range(3):
                im[h + 3 * k:h + 3 * k + 2, 4:-4] += np.random.uniform(25, 70)
        else:          # a plate
            im += ((xx - 16) ** 2 + (yy - h) ** 2 < np.random.randint(40, 90)) * np.random.uniform(25, 70)
        X.append(im.clip(0, 255)); y.append(lab)
    X = np.array(X, dtype="float32")[:, None] / 255.0
    return torch.tensor(X - 0.5), torch.tensor(y)


X, y = pictures(800)
Xv, yv = pictures(240)
net = network(32)
opt = torch.optim.Adam(net.parameters(), eps=1e-7)
loss_fn = nn.CrossEntropyLoss()
for epoch in range(15):
    net.train()
    acc = 0
    for b in torch.randperm(len(X)).split(32):
        out = net(X[b])
        loss = loss_fn(out, y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        acc += (out.argmax(1) == y[b]).sum().item()
    if epoch % 3 == 2:
        print("Epoch", epoch + 1, "loss", round(loss.item(), 4), "acc", acc / len(X))
net.eval()
with torch.no_grad():
    print("validation acc", (net(Xv).argmax(1) == yv).float().mean().item())
