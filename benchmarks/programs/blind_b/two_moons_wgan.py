# Wasserstein GAN with weight clipping, two half moons
import os, math
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
N_CRITIC, BS, NZ = 3, 128, 4


def moons(n):
    a = math.pi * torch.rand(n)
    up = torch.rand(n) < 0.5
    x = torch.where(up, a.cos(), 1 - a.cos()) - 0.5
    y = torch.where(up, a.sin(), 0.5 - a.sin()) - 0.25
    return torch.stack([x, y], 1) + 0.05 * torch.randn(n, 2)


class MLP(nn.Module):
    def __init__(self, i, o, h=64):
        super().__init__()
        self.l1, self.l2, self.l3 = nn.Linear(i, h), nn.Linear(h, h), nn.Linear(h, o)

    def forward(self, x):
        x = torch.relu(self.l1(x))
        return self.l3(torch.relu(self.l2(x)))


gen, critic = MLP(NZ, 2), MLP(2, 1)
opt_g = torch.optim.RMSprop(gen.parameters(), lr=5e-4)
opt_c = torch.optim.RMSprop(critic.parameters(), lr=5e-4)


def energy_distance(a, b):
    return (2 * torch.cdist(a, b).mean() - torch.cdist(a, a).mean() - torch.cdist(b, b).mean()).item()


with torch.no_grad():
    print("at the start, energy distance", energy_distance(gen(torch.randn(1000, NZ)), moons(1000)))
for it in range(500):
    for _ in range(N_CRITIC):
        real, fake = moons(BS), gen(torch.randn(BS, NZ)).detach()
        loss_c = critic(fake).mean() - critic(real).mean()
        opt_c.zero_grad()
        loss_c.backward()
        opt_c.step()
        for p in critic.parameters():
            p.data.clamp_(-0.1, 0.1)
    loss_g = -critic(gen(torch.randn(BS, NZ))).mean()
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    if it % 100 == 0:
        print(f"{it}: critic {loss_c.item():.4f} generator {loss_g.item():.4f}")
with torch.no_grad():
    print("at the end, energy distance", energy_distance(gen(torch.randn(1000, NZ)), moons(1000)))
