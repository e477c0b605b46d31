import os
import numpy as np
import torch
from torch import nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

digits = load_digits()
X = torch.from_numpy(digits.data.astype(np.float32) / 16)
Y = torch.from_numpy(digits.target)


def contrastive_loss(a, b, same, margin=1.0):
    dist = torch.sqrt(((a - b) ** 2).sum(dim=1) + 1e-6)
    pull = same * dist ** 2
    push = (1 - same) * torch.clamp(margin - dist, min=0) ** 2
    return (pull + push).mean()


class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 128)
        self.fc2 = nn.Linear(128, 64)
        self.fc3 = nn.Linear(64, 8)

    def embed(self, x):
        x = torch.relu(self.fc1(x))
        x = torch.relu(self.fc2(x))
        return self.fc3(x)

    def forward(self, a, b):
        return self.embed(a), self.embed(b)


def pairs(lo, hi, n):
    i = torch.randint(lo, hi, (n,))
    j = torch.randint(lo, hi, (n,))
    # make half of them positives
    for k in range(0, n, 2):
        cand = (Y[lo:hi] == Y[i[k]]).nonzero().flatten() + lo
        j[k] = cand[torch.randint(0, len(cand), (1,))]
    return i, j, (Y[i] == Y[j]).float()


model = Siamese()
opt = torch.optim.Adam(model.parameters(), lr=1e-3)
for it in range(500):
    i, j, same = pairs(0, 1500, 64)
    a, b = model(X[i], X[j])
    loss = contrastive_loss(a, b, same)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if (it + 1) % 100 == 0:
        print("iter", it + 1, "loss", round(loss.item(), 4))

with torch.no_grad():
    i, j, same = pairs(1500, 1797, 600)
    a, b = model(X[i], X[j])
    pred = ((a - b).pow(2).sum(1).sqrt() < 0.5).float()
    print("verification accuracy", (pred == same).float().mean().item())
