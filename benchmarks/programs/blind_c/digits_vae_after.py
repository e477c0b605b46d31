import os
import torch
import torch.utils.data
from torch import nn, optim
from torch.nn import functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

data = torch.tensor(load_digits().images, dtype=torch.float32).view(-1, 64)
data = data / 16.0
data = data[torch.randperm(len(data))]
train_data, test_data = data[:1500], data[1500:]
train_loader = torch.utils.data.DataLoader(train_data, batch_size=64, shuffle=True)


class VAE(nn.Module):
    def __init__(self):
        super(VAE, self).__init__()
        self.fc1 = nn.Linear(64, 128)
        self.fc21 = nn.Linear(128, 8)
        self.fc22 = nn.Linear(128, 8)
        self.fc3 = nn.Linear(8, 128)
        self.fc4 = nn.Linear(128, 64)

    def encode(self, x):
        h1 = F.relu(self.fc1(x))
        return self.fc21(h1), self.fc22(h1)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + torch.randn_like(std) * std

    def decode(self, z):
        return self.fc4(F.relu(self.fc3(z)))

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def loss_function(logits, x, mu, logvar):
    bce = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return bce + kld


model = VAE()
optimizer = optim.Adam(model.parameters(), lr=1e-3)

for epoch in range(1, 16):
    train_loss = 0
    for x in train_loader:
        optimizer.zero_grad()
        recon, mu, logvar = model(x)
        loss = loss_function(recon, x, mu, logvar) / len(x)
        loss.backward()
        optimizer.step()
        train_loss += loss.item()
    if epoch % 3 == 0:
        print("====> Epoch: {} Average loss: {:.4f}".format(epoch, train_loss / len(train_loader)))

with torch.no_grad():
    logits, _, _ = model(test_data)
    mse = F.mse_loss(torch.sigmoid(logits), test_data)
    base = test_data.var(0).mean()
print("reconstruction mse %.4f, variance of the pixels %.4f" % (mse, base))
