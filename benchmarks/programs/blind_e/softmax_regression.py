import os
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)
perm = torch.randperm(len(X))
X, y = X[perm], y[perm]
W = torch.zeros(64, 10, requires_grad=True)
b = torch.zeros(10, requires_grad=True)
optimizer = torch.optim.SGD([W, b], lr=0.5)
for epoch in range(15):
    for i in range(0, 1400, 32):
        loss = F.cross_entropy(X[i:i + 32] @ W + b, y[i:i + 32])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
with torch.no_grad():
    print("test acc", ((X[1400:] @ W + b).argmax(1) == y[1400:]).float().mean().item())
