import os
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.utils.data
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

pixels = torch.tensor(load_digits().data).float() / 16.0
pixels = pixels[torch.randperm(len(pixels))]
train, test = pixels[:1400], pixels[1400:]
train_loader = torch.utils.data.DataLoader(train, batch_size=64, shuffle=True)


class VAE(nn.Module):
    def __init__(self):
        super(VAE, self).__init__()
        self.fc1 = nn.Linear(64, 80)
        self.fc21 = nn.Linear(80, 8)
        self.fc22 = nn.Linear(80, 8)
        self.fc3 = nn.Linear(8, 80)
        self.fc4 = nn.Linear(80, 64)

    def encode(self, x):
        h1 = F.relu(self.fc1(x))
        return self.fc21(h1), self.fc22(h1)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        eps = torch.randn_like(std)
        return mu + eps * std

    def decode(self, z):
        h3 = F.relu(self.fc3(z))
        return torch.sigmoid(self.fc4(h3))

    def forward(self, x):
        mu, logvar = self.encode(x)
        z = self.reparameterize(mu, logvar)
        return self.decode(z), mu, logvar


def loss_function(recon_x, x, mu, logvar):
    bce = F.binary_cross_entropy(recon_x, x, reduction="sum")
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return (bce + kld) / x.shape[0]


model = VAE()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-3)
for epoch in range(25):
    model.train()
    for batch in train_loader:
        optimizer.zero_grad()
        recon, mu, logvar = model(batch)
        loss = loss_function(recon, batch, mu, logvar)
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print("====> Epoch", epoch, "loss", loss.item())

model.eval()
with torch.no_grad():
    mu, _ = model.encode(test)
    mse = ((model.decode(mu) - test) ** 2).mean().item()
    base = ((train.mean(0) - test) ** 2).mean().item()
print("METRIC", 1 - mse / base, "CHANCE", 0.0)
