# Labels come from crowd workers: about every third training label is a random one. The test labels are clean.
import os
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import make_blobs

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

X, y = make_blobs(n_samples=3000, centers=6, n_features=10, cluster_std=3.0, random_state=SEED)
X = ((X - X.mean(0)) / X.std(0)).astype(np.float32)
noisy = y.copy()
flip = rng.rand(len(y)) < 0.35
noisy[flip] = rng.randint(0, 6, flip.sum())

loader = DataLoader(TensorDataset(torch.tensor(X[:2400]), torch.tensor(noisy[:2400])), batch_size=32, shuffle=True)
x_test, y_test = torch.tensor(X[2400:]), torch.tensor(y[2400:])

model = nn.Sequential(nn.Linear(10, 48), nn.ReLU(), nn.Dropout(0.3), nn.Linear(48, 6))
opt = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-3)
sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=10)
ce = nn.CrossEntropyLoss()

for epoch in range(10):
    model.train()
    seen = total = hits = 0
    for xb, yb in loader:
        out = model(xb)
        loss = ce(out, yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(xb)
        hits += (out.argmax(1) == yb).sum().item()
        seen += len(xb)
    sched.step()
    model.eval()
    with torch.no_grad():
        acc = (model(x_test).argmax(1) == y_test).float().mean().item()
    print(f"epoch {epoch}: train loss {total / seen:.3f} train acc {hits / seen:.3f} clean test acc {acc:.3f}")
print("clean test accuracy", acc)
