import os
import torch
from torch import nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

images = torch.tensor(load_digits().images, dtype=torch.float32).view(-1, 64)
perm = torch.randperm(len(images))
train, valid = images[perm[:1500]], images[perm[1500:]]
print("pixels", train.min().item(), train.max().item())


class VAE(nn.Module):
    def __init__(self, n_in=64, n_hid=128, n_latent=2):
        super().__init__()
        self.enc = nn.Linear(n_in, n_hid)
        self.mu = nn.Linear(n_hid, n_latent)
        self.logvar = nn.Linear(n_hid, n_latent)
        self.dec = nn.Linear(n_latent, n_hid)
        self.out = nn.Linear(n_hid, n_in)

    def forward(self, x):
        h = F.softplus(self.enc(x))
        mu, logvar = self.mu(h), self.logvar(h)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)
        rec = torch.sigmoid(self.out(F.softplus(self.dec(z))))
        return rec, mu, logvar


def objective(model, x):
    rec, mu, logvar = model(x)
    rec = rec.clamp(1e-6, 1 - 1e-6)
    logp = (x * torch.log(rec) + (1 - x) * torch.log(1 - rec)).sum(1)
    kl = -0.5 * (1 + logvar - mu ** 2 - logvar.exp()).sum(1)
    return (kl - logp).mean()


model = VAE()
opt = torch.optim.Adam(model.parameters(), lr=1e-3)
batch = 50
for epoch in range(1, 21):
    order = torch.randperm(len(train))
    total = 0.0
    for i in range(0, len(train), batch):
        loss = objective(model, train[order[i:i + batch]])
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * batch
    if epoch % 5 == 0 or epoch == 1:
        with torch.no_grad():
            v = objective(model, valid).item()
        print("epoch %d  training loss %.3f  validation loss %.3f" % (epoch, total / len(train), v))
with torch.no_grad():
    rec = model(valid)[0] * (valid.max() if valid.max() <= 1 else 1)
    err = F.mse_loss(rec, valid).item()
base = F.mse_loss(train.mean(0).expand_as(valid), valid).item()
print("reconstruction mse / mean-image mse: %.3f" % (err / base))
