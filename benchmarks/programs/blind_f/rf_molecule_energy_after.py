"""SchNet-like continuous-filter message passing, by hand, on random toy clusters. Energies in meV."""
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
N_ATOMS, N_TYPES = 6, 3


def make(n):
    pos = torch.randn(n, N_ATOMS, 3) * 1.2
    z = torch.randint(N_TYPES, (n, N_ATOMS))
    d = (pos[:, :, None] - pos[:, None]).norm(dim=-1)
    charge = torch.tensor([1.0, -1.0, 0.4])[z]
    pair = charge[:, :, None] * charge[:, None] * torch.exp(-d) / (d + 0.5)
    pair = pair * (1 - torch.eye(N_ATOMS))
    atomic = torch.tensor([-1360.0, -1520.0, -1410.0])[z]
    energy = atomic.sum(1) + 900.0 * pair.sum((1, 2)) / 2
    return z, d, energy


class RBF(nn.Module):
    def __init__(self, k=16, cutoff=6.0):
        super().__init__()
        self.register_buffer("mu", torch.linspace(0, cutoff, k))
        self.gamma = k / cutoff

    def forward(self, d):
        return torch.exp(-self.gamma * (d[..., None] - self.mu) ** 2)


class Interaction(nn.Module):
    def __init__(self, h, k):
        super().__init__()
        self.filter = nn.Sequential(nn.Linear(k, h), nn.SiLU(), nn.Linear(h, h))
        self.src = nn.Linear(h, h, bias=False)
        self.update = nn.Sequential(nn.Linear(h, h), nn.SiLU(), nn.Linear(h, h))

    def forward(self, x, e, mask):
        w = self.filter(e) * mask
        msg = (w * self.src(x)[:, None]).sum(2)
        return x + self.update(msg)


class ToySchNet(nn.Module):
    def __init__(self, h=32, k=16, layers=2):
        super().__init__()
        self.emb = nn.Embedding(N_TYPES, h)
        self.rbf = RBF(k)
        self.blocks = nn.ModuleList(Interaction(h, k) for _ in range(layers))
        self.out = nn.Sequential(nn.Linear(h, h), nn.SiLU(), nn.Linear(h, 1))
        self.register_buffer("mask", (1 - torch.eye(N_ATOMS))[None, :, :, None])

    def forward(self, z, d):
        x, e = self.emb(z), self.rbf(d)
        for b in self.blocks:
            x = b(x, e, self.mask)
        return self.out(x).squeeze(-1).mean(1)


ztr, dtr, etr = make(1200)
zte, dte, ete = make(300)
shift, scale = etr.mean(), etr.std()
model = ToySchNet()
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 15)
for epoch in range(15):
    running = 0.0
    for idx in torch.randperm(len(etr)).split(40):
        pred = model(ztr[idx], dtr[idx])
        loss = F.mse_loss(pred, (etr[idx] - shift) / scale)
        opt.zero_grad()
        loss.backward()
        opt.step()
        running += loss.item() * len(idx)
    sched.step()
    if epoch % 2 == 0:
        print(f"epoch {epoch:02d} train mse {running / len(etr):.5g}")
with torch.no_grad():
    err = model(zte, dte) * scale + shift - ete
print(f"test MAE {err.abs().mean():.1f} meV (spread {ete.std():.1f}), R2 {1 - (err ** 2).mean() / ete.var():.3f}")
