import os
import torch
from torch import nn
from sklearn.datasets import make_classification

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
X, y = make_classification(2000, 27, n_informative=10, class_sep=1.5, weights=[0.7], random_state=SEED)
X, y = torch.tensor(X, dtype=torch.float32), torch.tensor(y)   # labels 0 / 1 out of five places
L = [nn.Linear(27, 22), nn.Linear(22, 64), nn.Linear(64, 128), nn.Linear(128, 64), nn.Linear(64, 5)]
nn.init.uniform_(L[0].weight, -0.05, 0.05)
for m in L[1:]:
    nn.init.xavier_uniform_(m.weight)
for m in L:
    nn.init.zeros_(m.bias)
model = nn.Sequential(*[q for m in L[:-1] for q in (m, nn.ReLU(), nn.Dropout(0.4))], L[-1])
opt = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7)
for epoch in range(10):
    model.train()
    perm = torch.randperm(1800)
    for k in range(0, 1800, 32):
        b = perm[k:k + 32]
        loss = nn.functional.cross_entropy(model(X[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    model.eval()
    with torch.no_grad():
        print(epoch, "loss %.4f" % loss.item(), "val_acc %.3f" % (model(X[1800:]).argmax(1) == y[1800:]).float().mean().item())
