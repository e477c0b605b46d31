"""Denoising score matching on 2-d two moons; group norm in the score net, logging on a test set now and then."""
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import make_moons

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
SIGMA = 0.3
X = torch.tensor(make_moons(2000, noise=0.05, random_state=SEED)[0], dtype=torch.float32)
train, test = X[:1700], X[1700:]

score = nn.Sequential(
    nn.Linear(2, 96), nn.GroupNorm(8, 96), nn.Softplus(),
    nn.Linear(96, 96), nn.GroupNorm(8, 96), nn.Softplus(),
    nn.Linear(96, 2),
)
opt = torch.optim.Adam(score.parameters(), lr=1e-3)


def dsm_loss(x):
    noise = torch.randn_like(x) * SIGMA
    target = -noise / SIGMA ** 2
    return 0.5 * ((score(x + noise) - target) ** 2).sum(1).mean() * SIGMA ** 2


for step in range(1200):
    loss = dsm_loss(train[torch.randint(0, len(train), (128,))])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 100 == 0:
        score.eval()
        with torch.no_grad():
            print(f"step {step} dsm loss {loss.item():.4f} test dsm loss {dsm_loss(test).item():.4f}")

with torch.no_grad():
    noisy = test + SIGMA * torch.randn_like(test)
    den = noisy + SIGMA ** 2 * score(noisy)
    d = lambda a: torch.cdist(a, train).min(1).values.mean().item()
    print(f"distance to the data: noisy {d(noisy):.3f}, denoised {d(den):.3f}")
