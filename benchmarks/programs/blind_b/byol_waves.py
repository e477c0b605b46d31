"""Self-supervised features for waveforms: online + EMA target network, then a linear probe."""
import copy
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def waves(n, L=48):
    y = torch.randint(0, 4, (n,))
    f = torch.tensor([0.04, 0.09, 0.16, 0.26])[y].unsqueeze(1)
    t = torch.arange(L).float()
    return torch.sin(6.283 * (f * t + torch.rand(n, 1))), y


def augment(x):
    x = x * (0.7 + 0.6 * torch.rand(len(x), 1)) + 0.25 * torch.randn_like(x)
    return torch.roll(x, int(torch.randint(0, 12, (1,))), 1)


def encoder():
    return nn.Sequential(
        nn.Unflatten(1, (1, 48)), nn.Conv1d(1, 16, 7, stride=2), nn.BatchNorm1d(16), nn.ReLU(),
        nn.Conv1d(16, 32, 5, stride=2), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(),
        nn.Linear(32, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 16))


online = encoder()
target = copy.deepcopy(online)
for p in target.parameters():
    p.requires_grad_(False)
predictor = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 16))
opt = torch.optim.Adam([*online.parameters(), *predictor.parameters()], lr=2e-3)
x_all, y_all = waves(1500)

for step in range(200):
    x = x_all[torch.randint(0, 1200, (64,))]
    a, b = augment(x), augment(x)
    with torch.no_grad():
        ta, tb = target(a), target(b)
    pa, pb = predictor(online(a)), predictor(online(b))
    loss = 2 - F.cosine_similarity(pa, tb).mean() - F.cosine_similarity(pb, ta).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    with torch.no_grad():
        for po, pt in zip(online.parameters(), target.parameters()):
            pt.lerp_(po, 0.02)
    if step % 40 == 0:
        print(step, round(loss.item(), 4))

online.eval()
with torch.no_grad():
    z = online(x_all)
z = (z - z[:1200].mean(0)) / (z[:1200].std(0) + 1e-5)
probe = nn.Linear(16, 4)
po = torch.optim.Adam(probe.parameters(), lr=2e-2)
for _ in range(150):
    l = F.cross_entropy(probe(z[:1200]), y_all[:1200])
    po.zero_grad(); l.backward(); po.step()
print("probe loss", round(l.item(), 4), "test accuracy", (probe(z[1200:]).argmax(1) == y_all[1200:]).float().mean().item())
