import os
import numpy as np
import torch
from torch import nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

images = load_digits().images.reshape(-1, 64).astype("float32") / 16
np.random.shuffle(images)
x_train = torch.from_numpy(images[:1400])
x_test = torch.from_numpy(images[1400:])


class Autoencoder(nn.Module):
    def __init__(self, code=12):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(64, 64),
            nn.ReLU(),
            nn.Linear(64, code),
        )
        self.decoder = nn.Sequential(
            nn.Linear(code, 64),
            nn.ReLU(),
            nn.Linear(64, 64),
            nn.Sigmoid(),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))


autoencoder = Autoencoder()
loss_fn = nn.MSELoss()
optimizer = torch.optim.Adam(autoencoder.parameters(), lr=3e-3)
epochs, batch_size = 20, 50
for epoch in range(epochs):
    autoencoder.train()
    perm = torch.randperm(x_train.size(0))
    for b in range(0, x_train.size(0), batch_size):
        batch = x_train[perm[b:b + batch_size]]
        recon = autoencoder(batch)
        loss = loss_fn(recon, batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if (epoch + 1) % 5 == 0:
        print("Epoch [{}/{}], loss: {:.5f}".format(epoch + 1, epochs, loss.item()))

autoencoder.eval()
with torch.no_grad():
    mse = ((autoencoder(x_test) - x_test) ** 2).mean().item()
base = ((x_train.mean(0) - x_test) ** 2).mean().item()
print("METRIC", 1 - mse / base, "CHANCE", 0.0)
