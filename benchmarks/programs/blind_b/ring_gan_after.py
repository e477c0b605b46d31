# vanilla GAN: learn 8 gaussians on a ring
import os, math
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

B_SIZE, Z = 128, 8


def real_batch(n):
    k = torch.randint(0, 8, (n,)).float() * (2 * math.pi / 8)
    centers = torch.stack([k.cos(), k.sin()], dim=1)
    return centers * 1.4 + 0.08 * torch.randn(n, 2)


G = nn.Sequential(
    nn.Linear(Z, 64), nn.LeakyReLU(0.2),
    nn.Linear(64, 64), nn.LeakyReLU(0.2),
    nn.Linear(64, 2),
)
D = nn.Sequential(
    nn.Linear(2, 64), nn.LeakyReLU(0.2),
    nn.Linear(64, 64), nn.LeakyReLU(0.2),
    nn.Linear(64, 1),
)
optG = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.5, 0.999))
optD = torch.optim.Adam(D.parameters(), lr=1e-3, betas=(0.5, 0.999))
bce = nn.BCEWithLogitsLoss()
ones, zeros = torch.ones(B_SIZE, 1), torch.zeros(B_SIZE, 1)

for step in range(900):
    # discriminator
    x = real_batch(B_SIZE)
    fake = G(torch.randn(B_SIZE, Z))
    lossD = bce(D(x), ones * 0.9) + bce(D(fake.detach()), zeros)
    optD.zero_grad()
    lossD.backward()
    optD.step()
    # generator
    lossG = bce(D(fake), ones)
    optG.zero_grad()
    lossG.backward()
    optG.step()
    if step % 200 == 0:
        print(f"step {step}  D {lossD.item():.3f}  G {lossG.item():.3f}")

with torch.no_grad():
    s = G(torch.randn(2000, Z))
    r = real_batch(2000)
    # energy distance between samples and data (smaller is better)
    ed = 2 * torch.cdist(s, r).mean() - torch.cdist(s, s).mean() - torch.cdist(r, r).mean()
    print("sample mean", [round(v, 2) for v in s.mean(0).tolist()], "std", [round(v, 2) for v in s.std(0).tolist()])
    print(f"energy distance {ed.item():.4f}")
