"""BYOL: online and EMA target network, stop-gradient, linear probe on digits."""
import copy
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
d = load_digits()
X, y = torch.tensor(d.images, dtype=torch.float32)[:, None] / 16, d.target


def aug(x):
    dy, dx = torch.randint(-1, 2, (2,)).tolist()
    keep = (torch.rand_like(x) > 0.1).float()
    return torch.roll(x, (dy, dx), (2, 3)) * keep + 0.1 * torch.randn_like(x)


encoder = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
                        nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.Flatten(), nn.Linear(512, 64))
projector = nn.Sequential(nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 32))
online = nn.Sequential(encoder, projector)
target = copy.deepcopy(online)
for p in target.parameters():
    p.requires_grad_(False)
predictor = nn.Sequential(nn.Linear(32, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 32))
opt = torch.optim.Adam([*online.parameters(), *predictor.parameters()], lr=2e-3)


def regress(p, z):
    return 2 - 2 * F.cosine_similarity(p, z, dim=1).mean()


step = 0
for epoch in range(8):
    for idx in torch.randperm(1200).split(100):
        a, b = aug(X[idx]), aug(X[idx])
        with torch.no_grad():
            za, zb = target(a), target(b)
        loss = regress(predictor(online(a)), zb) + regress(predictor(online(b)), za)
        opt.zero_grad()
        loss.backward()
        opt.step()
        with torch.no_grad():
            for pt, po in zip(target.parameters(), online.parameters()):
                pt.lerp_(po, 0.02)
        if step % 24 == 0:
            print("step", step, "loss", round(loss.item(), 4))
        step += 1

encoder.eval()
with torch.no_grad():
    h = encoder(X).numpy()
clf = LogisticRegression(max_iter=500).fit(h[:1200], y[:1200])
print("linear probe accuracy", clf.score(h[1200:], y[1200:]), "feature std", h.std(0).mean())
