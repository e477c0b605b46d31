# Relativistic average LSGAN for points on a half circle
import os
import torch, torch.nn as nn
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def real(n):
    a = torch.rand(n) * 3.14159
    return torch.stack([a.cos(), a.sin()], 1) + 0.03 * torch.randn(n, 2)


G = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
D = nn.Sequential(nn.Linear(2, 64), nn.LeakyReLU(.2), nn.Linear(64, 64), nn.LeakyReLU(.2), nn.Linear(64, 1))
oG = torch.optim.Adam(G.parameters(), 1e-3, betas=(.5, .9)); oD = torch.optim.Adam(D.parameters(), 1e-3, betas=(.5, .9))
for it in range(700):
    r, f = real(128), G(torch.randn(128, 4))
    cr, cf = D(r), D(f.detach())
    ld = ((cr - cf.mean() - 1) ** 2).mean() + ((cf - cr.mean() + 1) ** 2).mean()
    oD.zero_grad(); ld.backward(); oD.step()
    cr, cf = D(r).detach(), D(f)
    lg = ((cf - cr.mean() - 1) ** 2).mean() + ((cr - cf.mean() + 1) ** 2).mean()
    oG.zero_grad(); lg.backward(); oG.step()
    if it % 100 == 0:
        print(it, "D %.3f G %.3f" % (ld.item(), lg.item()))
with torch.no_grad():
    f = G(torch.randn(2000, 4))
    rad = (f.norm(dim=1) - 1).abs().mean().item()
    mean_gap = (f.mean(0) - real(2000).mean(0)).norm().item()
print("mean distance from the circle %.3f, gap of means %.3f" % (rad, mean_gap))
