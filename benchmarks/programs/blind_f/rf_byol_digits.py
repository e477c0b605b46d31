"""BYOL-like self-supervision on digits: EMA target network without gradients, predictor, then a frozen linear probe."""
import copy
import os

import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def mlp(i, h, o):
    return nn.Sequential(nn.Linear(i, h), nn.BatchNorm1d(h), nn.ReLU(inplace=True), nn.Linear(h, o))


class Branch(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = mlp(64, 128, 64)
        self.projector = mlp(64, 64, 32)

    def forward(self, x):
        return self.projector(self.encoder(x))


def augment(x):
    img = x.view(-1, 8, 8)
    dx, dy = torch.randint(-1, 2, (2,)).tolist()
    img = torch.roll(img, (dx, dy), (1, 2))
    keep = (torch.rand_like(img) > 0.15).float()
    return (img * keep + 0.1 * torch.randn_like(img)).view(len(x), 64)


digits = load_digits()
x = torch.tensor(digits.data / 16.0, dtype=torch.float32)
y = torch.tensor(digits.target)
p = torch.randperm(len(x))
x, y = x[p], y[p]

online = Branch()
predictor = mlp(32, 64, 32)
target = copy.deepcopy(online)
for q in target.parameters():
    q.requires_grad = False
opt = torch.optim.AdamW([*online.parameters(), *predictor.parameters()], lr=2e-3, weight_decay=1e-3)
for step in range(300):
    xb = x[torch.randint(1300, (128,))]
    a, b = augment(xb), augment(xb)
    with torch.no_grad():
        ta, tb = target(a), target(b)
    loss = -(F.cosine_similarity(predictor(online(a)), tb).mean() + F.cosine_similarity(predictor(online(b)), ta).mean()) / 2
    opt.zero_grad()
    loss.backward()
    opt.step()
    with torch.no_grad():
        for t, o in zip(target.parameters(), online.parameters()):
            t.mul_(0.97).add_(o, alpha=0.03)
    if step % 60 == 0:
        print(f"[ssl] step {step} loss {loss.item():.4f}")

online.eval()
for q in online.parameters():
    q.requires_grad_(False)
probe = nn.Linear(64, 10)
opt = torch.optim.Adam(probe.parameters(), lr=2e-2)
for step in range(250):
    idx = torch.randint(1300, (128,))
    loss = F.cross_entropy(probe(online.encoder(x[idx])), y[idx])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 60 == 0:
        print(f"[probe] step {step} loss {loss.item():.4f}")
acc = (probe(online.encoder(x[1300:])).argmax(1) == y[1300:]).float().mean()
print(f"probe accuracy {acc:.3f}")
