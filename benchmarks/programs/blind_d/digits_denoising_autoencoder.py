# Denoising autoencoder (after the Keras blog), 8x8 digits, sigmoid output + binary cross-entropy
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

images = torch.tensor(load_digits().data / 16.0, dtype=torch.float32)
images = images[torch.randperm(len(images))]
train, test = images[:1500], images[1500:]


class DenoisingAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.e1 = nn.Linear(64, 48)
        self.e2 = nn.Linear(48, 16)
        self.d1 = nn.Linear(16, 48)
        self.d2 = nn.Linear(48, 64)

    def forward(self, x):
        h = F.relu(self.e1(x))
        z = F.relu(self.e2(h))
        h = F.relu(self.d1(z))
        return torch.sigmoid(self.d2(h))


def corrupt(x):
    return (x + 0.25 * torch.randn_like(x)).clamp(0, 1)


model = DenoisingAE()
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
loader = DataLoader(train, batch_size=50, shuffle=True)

for epoch in range(25):
    acc_loss = 0.0
    for clean in loader:
        out = model(corrupt(clean))
        loss = F.binary_cross_entropy(out, clean)
        opt.zero_grad()
        loss.backward()
        opt.step()
        acc_loss += loss.item()
    if (epoch + 1) % 5 == 0:
        print("epoch %2d  bce %.4f" % (epoch + 1, acc_loss / len(loader)))

with torch.no_grad():
    out = model(corrupt(test))
mse = F.mse_loss(out, test).item()
base = F.mse_loss(train.mean(0).expand_as(test), test).item()
print("test mse %.4f   mean-image mse %.4f   explained %.3f" % (mse, base, 1 - mse / base))
