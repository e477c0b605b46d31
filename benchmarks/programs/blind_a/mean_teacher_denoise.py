"""Denoising autoencoder on digits: sigmoid output, BCE against grey values, averaged copy for evaluation."""
import os
import copy
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Denoiser(nn.Module):
    def __init__(self, width=64, code=16):
        super().__init__()
        self.enc = nn.Sequential(nn.Linear(64, width), nn.LeakyReLU(0.1), nn.Linear(width, code), nn.ReLU())
        self.dec = nn.Sequential(nn.Linear(code, width), nn.LeakyReLU(0.1), nn.Linear(width, 64))

    def forward(self, x):
        return torch.sigmoid(self.dec(self.enc(x)))


@torch.no_grad()
def ema_update(avg, model, decay):
    for a, b in zip(avg.parameters(), model.parameters()):
        a.mul_(decay).add_(b, alpha=1 - decay)


x = torch.tensor(load_digits().data, dtype=torch.float32) / 16
x = x[torch.randperm(len(x))]
train, test = x[:1500], x[1500:]
noise = lambda t: (t + 0.25 * torch.randn_like(t)).clamp(0, 1)

student = Denoiser()
average = copy.deepcopy(student)
for p in average.parameters():
    p.requires_grad_(False)
opt = torch.optim.Adam(student.parameters(), lr=3e-3)

for step in range(1, 701):
    clean = train[torch.randint(0, len(train), (64,))]
    recon = student(noise(clean))
    with torch.no_grad():
        target = average(noise(clean))
    consistency = min(1.0, step / 300) * F.mse_loss(recon, target)
    loss = F.binary_cross_entropy(recon, clean) + 0.3 * consistency
    opt.zero_grad()
    loss.backward()
    opt.step()
    ema_update(average, student, min(0.98, 1 - 1 / step))
    if step % 100 == 0:
        print(f"step {step} loss {loss.item():.4f} consistency {consistency.item():.5f}")

with torch.no_grad():
    noisy = noise(test)
    out = average(noisy)
    err, base = F.mse_loss(out, test), F.mse_loss(train.mean(0).expand_as(test), test)
print("denoised mse %.4f, noisy mse %.4f, mean image %.4f" % (err, F.mse_loss(noisy, test), base))
