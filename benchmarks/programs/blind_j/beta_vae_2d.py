# beta-VAE with linear KL annealing, Gaussian decoder with learned variance
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
N = 2048
f = torch.rand(N, 2) * 2 - 1                     # two factors
mix = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 20))
for p in mix.parameters():
    p.requires_grad_(False)
    p.mul_(2.0)
X = mix(f) + 0.03 * torch.randn(N, 20)
X = (X - X.mean(0)) / X.std(0)


class BetaVAE(nn.Module):
    def __init__(self, zdim=4):
        super().__init__()
        self.enc = nn.Sequential(nn.Linear(20, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 2 * zdim))
        self.dec = nn.Sequential(nn.Linear(zdim, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 20))
        self.log_sigma = nn.Parameter(torch.zeros(()))

    def forward(self, x):
        mu, lv = self.enc(x).chunk(2, -1)
        z = mu + torch.randn_like(mu) * (0.5 * lv).exp()
        rec = self.dec(z)
        nll = (0.5 * ((x - rec) / self.log_sigma.exp()) ** 2 + self.log_sigma).sum(-1).mean()
        kl = 0.5 * (mu ** 2 + lv.exp() - lv - 1).sum(-1).mean()
        return rec, nll, kl


vae = BetaVAE()
opt = torch.optim.Adam(vae.parameters(), lr=2e-3)
STEPS = 1000
for step in range(STEPS):
    beta = min(1.0, step / 300) * 2.0
    x = X[torch.randint(0, N, (128,))]
    rec, nll, kl = vae(x)
    loss = nll + beta * kl
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 150 == 0:
        print(f"step {step} loss {loss.item():.3f} nll {nll.item():.3f} kl {kl.item():.3f}")
with torch.no_grad():
    mu = vae.enc(X)[:, :4]
    ev = 1 - ((vae.dec(mu) - X) ** 2).mean() / X.var()
print("explained variance", round(ev.item(), 4), "sigma", round(vae.log_sigma.exp().item(), 3))
