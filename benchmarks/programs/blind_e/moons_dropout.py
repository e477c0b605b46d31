import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import make_moons

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

X, y = make_moons(1200, noise=0.1, random_state=SEED)
noisy = y.copy()
flip = rng.rand(len(y)) < 0.25
noisy[flip] = 1 - noisy[flip]
X = torch.tensor(X).float()
t = torch.tensor(noisy)
clean = torch.tensor(y)
net = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 2))
opt = torch.optim.AdamW(net.parameters(), lr=0.005, weight_decay=0.01)
for epoch in range(40):
    net.train()
    for b in torch.randperm(900).split(32):
        loss = nn.functional.cross_entropy(net(X[b]), t[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 8 == 0:
        print("epoch", epoch, "loss", loss.item())
net.eval()
with torch.no_grad():
    print("accuracy on clean labels", (net(X[900:]).argmax(1) == clean[900:]).float().mean().item())
