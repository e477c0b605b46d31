import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def real(n):
    a = torch.rand(n) * 2 * torch.pi
    return torch.stack([a.cos(), a.sin()], 1) * 1.5 + 0.1 * torch.randn(n, 2)


G = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
D = nn.Sequential(nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))
opt_g = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.5, 0.999))
opt_d = torch.optim.Adam(D.parameters(), lr=1e-3, betas=(0.5, 0.999))
criterion = nn.BCEWithLogitsLoss()
B = 128

for it in range(650):
    # discriminator
    opt_d.zero_grad()
    x = real(B)
    fake = G(torch.randn(B, 4))
    errD = criterion(D(x), torch.ones(B, 1)) + criterion(D(fake.detach()), torch.zeros(B, 1))
    errD.backward()
    opt_d.step()
    # generator
    opt_g.zero_grad()
    errG = criterion(D(fake), torch.ones(B, 1))
    errG.backward()
    opt_g.step()
    if it % 100 == 0:
        print("[%d] Loss_D %.4f Loss_G %.4f" % (it, errD.item(), errG.item()))

with torch.no_grad():
    s = G(torch.randn(2000, 4))
    r = s.norm(dim=1)
    ang = torch.atan2(s[:, 1], s[:, 0])
    cover = (torch.histc(ang, 16, -torch.pi, torch.pi) > 20).float().mean().item()
print(f"radius {r.mean().item():.3f} +- {r.std().item():.3f} (1.5 +- 0.1), arc covered {cover:.2f}")
