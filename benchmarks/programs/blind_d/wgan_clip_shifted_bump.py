# Wasserstein GAN with weight clipping on a 1-D density
import argparse
import os
import torch
from torch import nn

ap = argparse.ArgumentParser()
ap.add_argument("--iters", type=int, default=400)
ap.add_argument("--n_critic", type=int, default=3)
ap.add_argument("--clip", type=float, default=0.1)
ap.add_argument("--lr", type=float, default=5e-4)
opt = ap.parse_args()

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def real(n):
    return 2.0 + 0.5 * torch.randn(n, 1)


class Net(nn.Module):
    def __init__(self, i, o, h=48):
        super().__init__()
        self.f = nn.Sequential(nn.Linear(i, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU(), nn.Linear(h, o))

    def forward(self, x):
        return self.f(x)


G, C = Net(4, 1), Net(1, 1)
oG = torch.optim.RMSprop(G.parameters(), lr=opt.lr)
oC = torch.optim.RMSprop(C.parameters(), lr=opt.lr)


def quantile_distance(n=2000):
    with torch.no_grad():
        a = G(torch.randn(n, 4)).flatten().sort().values
        b = real(n).flatten().sort().values
    return (a - b).abs().mean().item()


print("distance at the start: %.3f" % quantile_distance())
for it in range(opt.iters):
    for _ in range(opt.n_critic):
        x = real(128)
        with torch.no_grad():
            fake = G(torch.randn(128, 4))
        loss_c = C(fake).mean() - C(x).mean()
        oC.zero_grad()
        loss_c.backward()
        oC.step()
        for p in C.parameters():
            p.data.clamp_(-opt.clip, opt.clip)
    loss_g = -C(G(torch.randn(128, 4))).mean()
    oG.zero_grad()
    loss_g.backward()
    oG.step()
    if it % 80 == 0:
        print("it %4d  critic %.4f  gen %.4f  distance %.3f" % (it, loss_c.item(), loss_g.item(), quantile_distance()))
print("final distance between the samples: %.3f" % quantile_distance())
