import os
import random
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
random.seed(SEED)
np.random.seed(SEED)

digits = load_digits()
X = torch.tensor(digits.images / 16.0, dtype=torch.float32).unsqueeze(1)
Y = digits.target
by_class = {c: np.where(Y[:1400] == c)[0] for c in range(10)}


def make_batch(n):
    a, b, same = [], [], []
    for _ in range(n):
        c = random.randrange(10)
        i = random.choice(by_class[c])
        if random.random() < 0.5:
            j = random.choice(by_class[c])
            same.append(1.0)
        else:
            d = random.choice([k for k in range(10) if k != c])
            j = random.choice(by_class[d])
            same.append(0.0)
        a.append(i)
        b.append(j)
    return X[a], X[b], torch.tensor(same)


class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.fc = nn.Linear(32 * 2 * 2, 16)

    def forward(self, x):
        return self.fc(self.conv(x).flatten(1))


def distance(u, v):
    return torch.sqrt(((u - v) ** 2).sum(dim=1) + 1e-8)


def contrastive_loss(d, same, margin=1.0):
    return (same * d ** 2 + (1 - same) * F.relu(margin - d) ** 2).mean()


model = Siamese()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

for step in range(350):
    xa, xb, same = make_batch(64)
    d = distance(model(xa), model(xb))
    loss = contrastive_loss(d, same)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 50 == 0:
        print(f"step {step:4d}  loss {loss.item():.4f}")

model.eval()
with torch.no_grad():
    emb_train = model(X[:1400])
    emb_test = model(X[1400:])
    nearest = torch.cdist(emb_test, emb_train).argmin(dim=1)
    acc = (Y[:1400][nearest.numpy()] == Y[1400:]).mean()
print("1-NN accuracy in embedding space:", acc)
