# siamese network, contrastive loss, pairs drawn from a folder of scans
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import Dataset, DataLoader
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)


class PairSet(Dataset):
    def __init__(self, images, labels, n):
        self.x = torch.tensor(images, dtype=torch.float32).unsqueeze(1) / 16.0
        self.y = labels
        rng = np.random.RandomState(SEED)
        groups = {c: np.where(labels == c)[0] for c in np.unique(labels)}
        self.pairs = []
        for k in range(n):
            i = rng.randint(len(labels))
            if k % 2 == 0:
                j = rng.choice(groups[labels[i]])
                t = 1.0
            else:
                c = rng.choice([c for c in groups if c != labels[i]])
                j = rng.choice(groups[c])
                t = 0.0
            self.pairs.append((i, int(j), t))

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, k):
        i, j, t = self.pairs[k]
        return self.x[i], self.x[j], torch.tensor(t)


class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.convnet = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.PReLU(), nn.MaxPool2d(2),
                                     nn.Conv2d(16, 32, 3, padding=1), nn.PReLU(), nn.MaxPool2d(2))
        self.fc = nn.Sequential(nn.Linear(128, 64), nn.PReLU(), nn.Linear(64, 2))

    def forward(self, x):
        return self.fc(self.convnet(x).flatten(1))


class ContrastiveLoss(nn.Module):
    def __init__(self, margin):
        super().__init__()
        self.margin = margin

    def forward(self, a, b, target):
        distances = (b - a).pow(2).sum(1).add(1e-9).sqrt()
        losses = 0.5 * (target * distances.pow(2) + (1 - target) * F.relu(self.margin - distances).pow(2))
        return losses.mean()


d = load_digits()
sel = d.target < 6
X, Y = d.images[sel], d.target[sel]
train = PairSet(X[:700], Y[:700], 1920)
loader = DataLoader(train, batch_size=64, shuffle=True)
net, criterion = EmbeddingNet(), ContrastiveLoss(1.0)
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
for epoch in range(8):
    running = []
    for a, b, t in loader:
        optimizer.zero_grad()
        loss = criterion(net(a), net(b), t)
        loss.backward()
        optimizer.step()
        running.append(loss.item())
    print("epoch", epoch, "train loss", round(float(np.mean(running)), 4))

with torch.no_grad():
    e_tr = net(train.x).numpy()
    e_te = net(torch.tensor(X[700:], dtype=torch.float32).unsqueeze(1) / 16.0).numpy()
dist = ((e_te[:, None] - e_tr[None]) ** 2).sum(-1)
print("1-nn accuracy", float((Y[:700][dist.argmin(1)] == Y[700:]).mean()))
