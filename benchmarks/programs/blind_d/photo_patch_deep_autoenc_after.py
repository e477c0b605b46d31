# Deep tanh autoencoder on face-like patches (faces are generated: sums of smooth blobs)
import os, torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

grid = torch.linspace(-1, 1, 10)
yy, xx = torch.meshgrid(grid, grid, indexing="ij")


def blobs(n):
    c = torch.rand(n, 2, 2) * 1.6 - 0.8
    img = torch.zeros(n, 10, 10)
    for k in range(2):
        d2 = (xx - c[:, k, 0, None, None]) ** 2 + (yy - c[:, k, 1, None, None]) ** 2
        img += torch.exp(-d2 / 0.18)
    return img.flatten(1)


def init_weights(m):
    if isinstance(m, nn.Linear):
        nn.init.xavier_normal_(m.weight)
        nn.init.zeros_(m.bias)


train, test = blobs(2000), blobs(400)
mean = train.mean(0)
train, test = train - mean, test - mean
dims = [100, 80, 48, 12, 48, 80]
mods = []
for a, b in zip(dims[:-1], dims[1:]):
    mods += [nn.Linear(a, b), nn.Tanh()]
mods.append(nn.Linear(80, 100))
ae = nn.Sequential(*mods)
ae.apply(init_weights)
opt = torch.optim.Adam(ae.parameters(), lr=1e-3)
for ep in range(16):
    total = 0
    for xb in train[torch.randperm(len(train))].split(50):
        loss = ((ae(xb) - xb) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item()
    if ep % 3 == 0:
        print("epoch", ep, "mse", round(total / 40, 5))
with torch.no_grad():
    mse = ((ae(test) - test) ** 2).mean().item()
print(f"test mse {mse:.4f}, variance {test.var().item():.4f}, unexplained {mse / test.var().item():.3f}")
