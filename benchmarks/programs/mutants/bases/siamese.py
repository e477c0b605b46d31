import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
g = torch.Generator().manual_seed(SEED)
torch.manual_seed(SEED)

N_ID, DIM = 12, 30
mixing = torch.randn(DIM, DIM, generator=g) / DIM ** 0.5
codes = torch.randn(N_ID, 6, generator=g) * 1.3


def sample(n):
    ids = torch.randint(0, N_ID, (n,), generator=g)
    clean = codes[ids] + 0.35 * torch.randn(n, 6, generator=g)
    clutter = 1.6 * torch.randn(n, DIM - 6, generator=g)
    return torch.cat([clean, clutter], 1) @ mixing, ids


x_train, id_train = sample(2000)
x_gallery, id_gallery = sample(200)
x_query, id_query = sample(300)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(DIM, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 16))

    def forward(self, x):
        return F.normalize(self.net(x), dim=1, eps=1e-6)


def pairs(n):
    a = torch.randint(0, len(x_train), (n,))
    b = torch.randint(0, len(x_train), (n,))
    for i in range(0, n, 2):
        candidates = (id_train == id_train[a[i]]).nonzero().flatten()
        b[i] = candidates[torch.randint(0, len(candidates), (1,))]
    return x_train[a], x_train[b], (id_train[a] == id_train[b]).float()


def contrastive(za, zb, same, margin=1.0):
    dist = torch.sqrt(((za - zb) ** 2).sum(1) + 1e-6)
    return (same * dist ** 2 + (1 - same) * torch.clamp(margin - dist, min=0) ** 2).mean()


encoder = Encoder()
optimizer = torch.optim.Adam(encoder.parameters(), lr=2e-3)
for step in range(350):
    xa, xb, same = pairs(64)
    za, zb = encoder(xa), encoder(xb)
    loss = contrastive(za, zb, same)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 70 == 0:
        print("step", step, "loss", loss.item())

encoder.eval()
with torch.no_grad():
    dist = torch.cdist(encoder(x_query), encoder(x_gallery))
    hit = (id_gallery[dist.argmin(1)] == id_query).float().mean().item()
chance = torch.bincount(id_query).max().item() / len(id_query)
print("METRIC", hit, "CHANCE", chance)
