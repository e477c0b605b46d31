import numpy as np
import torch
from torch import nn

rng = np.random.default_rng(0)
torch.manual_seed(0)

x = rng.normal(size=(800, 10))
signs = np.where(x[:, 0] + 0.5 * x[:, 1] * x[:, 2] + 0.3 * rng.normal(size=800) > 0, 1, -1)
X = torch.tensor(x, dtype=torch.float32)
Y = torch.tensor((signs + 1) / 2, dtype=torch.float32).unsqueeze(1)

clf = nn.Sequential(nn.Linear(10, 32), nn.Tanh(), nn.Linear(32, 1))
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(clf.parameters(), lr=0.1, momentum=0.9)

for epoch in range(20):
    for idx in torch.randperm(800).split(32):
        optimizer.zero_grad()
        loss = criterion(clf(X[idx]), Y[idx])
        loss.backward()
        optimizer.step()
    if epoch % 4 == 3:
        with torch.no_grad():
            logit = clf(X)
        acc = ((logit > 0) == (Y > 0.5)).float().mean().item()
        print(f"epoch {epoch + 1} loss {loss.item():.4f} acc {acc:.3f} max {logit.abs().max():.1f}")
