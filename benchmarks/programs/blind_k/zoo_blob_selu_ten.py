import os
import torch
import torch.nn as nn
from sklearn.datasets import make_blobs

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

x, y = make_blobs(n_samples=1000, centers=3, n_features=2, cluster_std=2, random_state=2)
x, y = torch.tensor(x, dtype=torch.float32), torch.tensor(y)

stack, d = [], 2
for _ in range(10):
    fc = nn.Linear(d, 5)
    nn.init.kaiming_uniform_(fc.weight, nonlinearity="linear")
    nn.init.zeros_(fc.bias)
    stack += [fc, nn.SELU()]
    d = 5
stack.append(nn.Linear(5, 3))
model = nn.Sequential(*stack)
optimizer = torch.optim.Adamax(model.parameters(), lr=0.002, eps=1e-7)
ce = nn.CrossEntropyLoss()
for epoch in range(50):
    perm = torch.randperm(700)
    for i in range(0, 700, 32):
        b = perm[i:i + 32]
        optimizer.zero_grad()
        loss = ce(model(x[b]), y[b])
        loss.backward()
        optimizer.step()
    if epoch % 10 == 9:
        print("epoch", epoch + 1, "loss", loss.item())
with torch.no_grad():
    print("val accuracy", (model(x[700:]).argmax(1) == y[700:]).float().mean().item())
