import argparse
import os
import torch
from torch import nn
from torch.nn import functional as F
from sklearn.datasets import load_digits

parser = argparse.ArgumentParser(description="VAE with KL annealing")
parser.add_argument("--epochs", type=int, default=30)
parser.add_argument("--warmup", type=int, default=10)
parser.add_argument("--batch-size", type=int, default=64)
args = parser.parse_args()
torch.manual_seed(int(os.environ.get("SEED", "0")))
data = torch.tensor(load_digits().data / 16.0, dtype=torch.float32)
data = data[torch.randperm(len(data))]


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc21, self.fc22 = nn.Linear(64, 64), nn.Linear(64, 8), nn.Linear(64, 8)
        self.fc3, self.fc4 = nn.Linear(8, 64), nn.Linear(64, 64)

    def forward(self, x):
        h = F.relu(self.fc1(x))
        mu, logvar = self.fc21(h), self.fc22(h)
        z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
        return torch.sigmoid(self.fc4(F.relu(self.fc3(z)))), mu, logvar


model = VAE()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(args.epochs):
    beta = 0.2 * min(1.0, epoch / args.warmup)
    tot = rec_tot = kl_tot = 0.0
    for b in torch.randperm(1500).split(args.batch_size):
        x = data[b]
        recon, mu, logvar = model(x)
        bce = F.binary_cross_entropy(recon, x, reduction="sum")
        kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
        loss = bce + beta * kld
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        tot, rec_tot, kl_tot = tot + loss.item(), rec_tot + bce.item(), kl_tot + kld.item()
    if epoch % 3 == 0:
        print(f"====> Epoch {epoch} beta {beta:.2f} loss {tot / 1500:.2f} recon {rec_tot / 1500:.2f} kl {kl_tot / 1500:.2f}")
with torch.no_grad():
    r, m, _ = model(data[1500:])
    mse = F.mse_loss(r, data[1500:]).item()
    base = F.mse_loss(data[:1500].mean(0).expand_as(r), data[1500:]).item()
print("held-out reconstruction mse", mse, "mean-image mse", base)
