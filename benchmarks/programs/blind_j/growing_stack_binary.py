import os
import torch
from torch import nn
from sklearn.datasets import make_classification

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
X, y = make_classification(1000, 4, n_informative=3, n_redundant=0, class_sep=1.2, random_state=SEED)
X, y = torch.tensor(X, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)[:, None]
sizes = [4, 10, 20, 30, 40, 50]
mods = []
for i, o in zip(sizes, sizes[1:]):
    mods += [nn.Linear(i, o), nn.ReLU()]
model = nn.Sequential(*mods, nn.Linear(50, 1), nn.Sigmoid())
opt = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7)
for epoch in range(12):
    perm = torch.randperm(800)
    for k in range(0, 800, 10):
        b = perm[k:k + 10]
        loss = nn.functional.binary_cross_entropy(model(X[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        print("epoch", epoch, "loss %.4f" % loss.item(), "acc %.3f" % ((model(X[800:]) > 0.5).float() == y[800:]).float().mean().item())
