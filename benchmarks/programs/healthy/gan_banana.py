import torch
import torch.nn as nn

torch.manual_seed(999)

nz, batch = 8, 128


def real_batch(n):
    """A bent, noisy line."""
    u = torch.randn(n)
    v = 0.5 * u**2 - 0.5 + 0.15 * torch.randn(n)
    return torch.stack([u, v], 1)


netG = nn.Sequential(nn.Linear(nz, 96), nn.ReLU(), nn.Linear(96, 96), nn.ReLU(), nn.Linear(96, 2))
netD = nn.Sequential(
    nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1)
)
criterion = nn.BCEWithLogitsLoss()
optD = torch.optim.Adam(netD.parameters(), lr=5e-4, betas=(0.5, 0.999))
optG = torch.optim.Adam(netG.parameters(), lr=5e-4, betas=(0.5, 0.999))
ones, zeros = torch.ones(batch, 1), torch.zeros(batch, 1)

for it in range(2000):
    # discriminator
    netD.zero_grad()
    real = real_batch(batch)
    fake = netG(torch.randn(batch, nz))
    errD = criterion(netD(real), ones * 0.9) + criterion(netD(fake.detach()), zeros)
    errD.backward()
    optD.step()
    # generator
    netG.zero_grad()
    errG = criterion(netD(fake), ones)
    errG.backward()
    optG.step()
    if it % 500 == 499:
        print(f"[{it + 1}] Loss_D {errD.item():.3f} Loss_G {errG.item():.3f}")

with torch.no_grad():
    for name, s in (("real", real_batch(4000)), ("fake", netG(torch.randn(4000, nz)))):
        residual = s[:, 1] - (0.5 * s[:, 0] ** 2 - 0.5)
        print(
            f"{name} std x {s[:, 0].std():.3f} std y {s[:, 1].std():.3f} off {residual.std():.3f}"
        )
