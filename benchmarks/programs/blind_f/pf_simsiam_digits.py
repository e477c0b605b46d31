"""SimSiam on sklearn digits: self-supervised, then k-NN on the features."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

d = load_digits()
X = torch.tensor(d.images[:, None] / 16.0, dtype=torch.float32)
X = (X - X.mean()) / X.std()
y = d.target
tr, te = slice(0, 1400), slice(1400, None)


def augment(x):
    dx, dy = torch.randint(-1, 2, (2,)).tolist()
    x = torch.roll(x, (dy, dx), dims=(2, 3))
    x = x * (0.8 + 0.4 * torch.rand(len(x), 1, 1, 1)) + 0.2 * torch.randn_like(x)
    return x * (torch.rand_like(x) > 0.1)


class SimSiam(nn.Module):
    def __init__(self, dim=64):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.Flatten(),
            nn.Linear(512, dim), nn.BatchNorm1d(dim, affine=False),
        )
        self.predictor = nn.Sequential(nn.Linear(dim, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, dim))

    def forward(self, a, b):
        za, zb = self.encoder(a), self.encoder(b)
        pa, pb = self.predictor(za), self.predictor(zb)
        return -0.5 * (F.cosine_similarity(pa, zb.detach()).mean() + F.cosine_similarity(pb, za.detach()).mean())


model = SimSiam()
opt = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
for epoch in range(10):
    model.train()
    s, n = 0.0, 0
    for b in torch.randperm(1400).split(100):
        loss = model(augment(X[b]), augment(X[b]))
        opt.zero_grad()
        loss.backward()
        opt.step()
        s, n = s + loss.item(), n + 1
    if epoch % 2 == 0:
        print("epoch", epoch, "loss %.4f" % (s / n))

model.eval()
with torch.no_grad():
    f = F.normalize(model.encoder(X))
knn = KNeighborsClassifier(5).fit(f[tr], y[tr])
print("knn accuracy on learned features: %.3f (feature std %.3f)" % (knn.score(f[te], y[te]), f.std(0).mean()))
