"""Metric learning on digits with a triplet loss, evaluated by 1-NN."""
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

X, y = load_digits(return_X_y=True)
order = np.random.permutation(len(y))
X, y = X[order].astype(np.float32) / 16, y[order]
Xtr, ytr, Xte, yte = X[:1300], y[:1300], X[1300:], y[1300:]
by_class = [np.where(ytr == c)[0] for c in range(10)]


def sample_triplets(n):
    a, p, q = [], [], []
    for _ in range(n):
        c, d = np.random.choice(10, 2, replace=False)
        i, j = np.random.choice(by_class[c], 2, replace=False)
        a.append(i)
        p.append(j)
        q.append(np.random.choice(by_class[d]))
    return [torch.from_numpy(Xtr[k]) for k in (a, p, q)]


class EmbeddingNet(nn.Module):
    def __init__(self, dim=16):
        super().__init__()
        self.fc1 = nn.Linear(64, 128)
        self.fc2 = nn.Linear(128, 64)
        self.fc3 = nn.Linear(64, dim)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)


net = EmbeddingNet()
opt = torch.optim.Adam(net.parameters(), lr=1e-3, weight_decay=1e-5)
criterion = nn.TripletMarginLoss(margin=1.0)

for step in range(301):
    anchor, positive, negative = sample_triplets(32)
    loss = criterion(net(anchor), net(positive), net(negative))
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 50 == 0:
        print("step %d triplet loss %.4f" % (step, loss.item()))

with torch.no_grad():
    etr = net(torch.from_numpy(Xtr)).numpy()
    ete = net(torch.from_numpy(Xte)).numpy()
    a, p, q = sample_triplets(400)
    ok = ((net(a) - net(p)).norm(dim=1) < (net(a) - net(q)).norm(dim=1)).float().mean().item()
acc = KNeighborsClassifier(1).fit(etr, ytr).score(ete, yte)
print(f"1-NN accuracy {acc:.3f}  ordered triplets {ok:.3f}")
