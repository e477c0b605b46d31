"""Transfer: train on digits 0-4 first, then adapt to 5-9, opening one layer group per stage."""
import os
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
d = load_digits()
im = torch.tensor(d.images / 16.0, dtype=torch.float32)[:, None]
lb = torch.tensor(d.target)
src, dst = (lb < 5).nonzero()[:, 0], (lb >= 5).nonzero()[:, 0]
dst = dst[torch.randperm(len(dst))]
dst_tr, dst_te = dst[:500], dst[500:]

groups = nn.ModuleList([
    nn.Sequential(nn.Conv2d(1, 12, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
    nn.Sequential(nn.Conv2d(12, 24, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
    nn.Sequential(nn.Linear(96, 5)),
])


def net(x):
    for g in groups:
        x = g(x)
    return x


def fit(rows, shift, epochs, optimizer):
    for _ in range(epochs):
        for b in rows[torch.randperm(len(rows))].split(25):
            loss = nn.functional.cross_entropy(net(im[b]), lb[b] - shift)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return loss.item()


print("source loss", fit(src, 0, 8, torch.optim.Adam(groups.parameters(), lr=2e-3)))
groups[2] = nn.Sequential(nn.Linear(96, 5))
for p in groups[:2].parameters():
    p.requires_grad = False
opt = torch.optim.Adam(groups[2].parameters(), lr=2e-3)
for stage, (opened, lr) in enumerate([(None, None), (1, 1e-3), (0, 5e-4)]):
    if opened is not None:
        for p in groups[opened].parameters():
            p.requires_grad = True
        opt.add_param_group({"params": list(groups[opened].parameters()), "lr": lr})
    print("stage", stage, "loss", fit(dst_tr, 5, 5, opt))
with torch.no_grad():
    print("target accuracy", (net(im[dst_te]).argmax(1) == lb[dst_te] - 5).float().mean().item())
