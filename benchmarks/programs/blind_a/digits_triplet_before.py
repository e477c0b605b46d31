"""Metric learning on digits with batch-hard triplet loss."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def pairwise_distances(emb):
    sq = emb.pow(2).sum(1)
    d2 = sq[:, None] + sq[None, :] - 2.0 * emb @ emb.t()
    d2 = d2.clamp(min=0.0)
    return d2.sqrt()


def batch_hard_triplet(emb, labels, margin=0.3):
    dist = pairwise_distances(emb)
    same = labels[:, None] == labels[None, :]
    hardest_pos = (dist * same.float()).max(1).values
    hardest_neg = (dist + 1e3 * same.float()).min(1).values
    return F.relu(hardest_pos - hardest_neg + margin).mean()


class Embedder(nn.Module):
    def __init__(self, dim=8):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        )
        self.fc = nn.Linear(32 * 4, dim)

    def forward(self, x):
        return F.normalize(self.fc(self.conv(x).flatten(1)), dim=1)


d = load_digits()
x = torch.tensor(d.images, dtype=torch.float32)[:, None] / 8 - 1
y = torch.tensor(d.target)
perm = torch.randperm(len(x))
x, y = x[perm], y[perm]
x_tr, y_tr, x_te, y_te = x[:1300], y[:1300], x[1300:], y[1300:]

model = Embedder()
opt = torch.optim.Adam(model.parameters(), lr=1e-3)
for step in range(300):
    idx = torch.randint(0, len(x_tr), (64,))
    loss = batch_hard_triplet(model(x_tr[idx]), y_tr[idx])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 50 == 0:
        print(f"step {step} triplet loss {loss.item():.4f}")

with torch.no_grad():
    e_tr = torch.nan_to_num(model(x_tr)).numpy()
    e_te = torch.nan_to_num(model(x_te)).numpy()
knn = KNeighborsClassifier(5).fit(e_tr, y_tr.numpy())
print("5-NN accuracy: %.3f" % knn.score(e_te, y_te.numpy()))
