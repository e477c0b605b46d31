# low-memory training test: weights and activations in half precision
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

n = 1500
ang = rng.rand(n) * 2 * np.pi
cls = rng.randint(0, 3, n)
rad = 0.6 + 0.7 * cls + 0.12 * rng.randn(n)
X = torch.tensor(np.c_[rad * np.cos(ang), rad * np.sin(ang)], dtype=torch.float16)
Y = torch.tensor(cls)
Xtr, Ytr, Xte, Yte = X[:1200], Y[:1200], X[1200:], Y[1200:]

dtype = torch.float16
net = nn.Sequential(
    nn.Linear(2, 64), nn.ReLU(),
    nn.Linear(64, 64), nn.ReLU(),
    nn.Linear(64, 3),
).to(dtype)
optimizer = torch.optim.Adam(net.parameters(), lr=2e-3, eps=1e-4)

for epoch in range(12):
    perm = torch.randperm(len(Xtr))
    losses = []
    for i in range(0, len(Xtr), 60):
        j = perm[i:i + 60]
        logits = net(Xtr[j]).float()
        loss = nn.functional.cross_entropy(logits, Ytr[j])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    if epoch % 2 == 0:
        print(f"ep {epoch} loss {np.mean(losses):.4f}")
with torch.no_grad():
    pred = net(Xte).float()
    acc = (pred.argmax(1) == Yte).float().mean().item()
print(f"finite outputs {torch.isfinite(pred).all().item()} accuracy {acc:.3f}")
