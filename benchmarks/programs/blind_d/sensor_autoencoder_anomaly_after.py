# Autoencoder for machine sensor readings (Keras blog autoencoder translated to torch)
import os
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)

# 20 sensors driven by 4 hidden machine states
states = rng.normal(size=(3000, 4))
mixing = rng.normal(size=(4, 20))
readings = np.tanh(states) @ mixing + 0.1 * rng.normal(size=(3000, 20)) + 20.0
scaled = StandardScaler().fit_transform(readings).astype(np.float32)
train, val = scaled[:2400], scaled[2400:]
loader = DataLoader(torch.from_numpy(train), batch_size=64, shuffle=True)
val = torch.from_numpy(val)


class Autoencoder(nn.Module):
    def __init__(self, input_dim=20, encoding_dim=6):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(input_dim, 32), nn.ReLU(),
            nn.Linear(32, encoding_dim),
        )
        self.decoder = nn.Sequential(
            nn.Linear(encoding_dim, 32), nn.ReLU(),
            nn.Linear(32, input_dim),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))


autoencoder = Autoencoder()
optimizer = torch.optim.Adam(autoencoder.parameters(), lr=2e-3)
mse = nn.MSELoss()

for epoch in range(20):
    train_loss = 0
    for batch in loader:
        recon = autoencoder(batch)
        loss = mse(recon, batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss += loss.item()
    with torch.no_grad():
        val_loss = mse(autoencoder(val), val).item()
    if epoch % 4 == 0 or epoch == 19:
        print("Epoch {:3d} | train {:.4f} | val {:.4f}".format(epoch, train_loss / len(loader), val_loss))

print("explained variance on val: %.3f" % (1 - val_loss / val.var().item()))
