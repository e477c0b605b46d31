# Convolutional autoencoder, notebook export
# %%
import os
import torch, torch.nn as nn
from sklearn.datasets import load_digits
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

# %% transforms.Normalize((0.5,), (0.5,))
img = torch.tensor(load_digits().images / 16.0, dtype=torch.float32)[:, None]
img = (img - 0.5) / 0.5
train, test = img[:1500], img[1500:]

# %%
class autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.ReLU(True),
            nn.Conv2d(16, 16, 3, stride=2, padding=1), nn.ReLU(True))
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(16, 16, 4, stride=2, padding=1), nn.ReLU(True),
            nn.ConvTranspose2d(16, 1, 4, stride=2, padding=1),
            nn.Sigmoid())

    def forward(self, x):
        return self.decoder(self.encoder(x))

model = autoencoder()
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-5)

# %%
for epoch in range(20):
    for b in torch.randperm(len(train)).split(64):
        x = train[b]
        output = model(x)
        loss = criterion(output, x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 4 == 0:
        print('epoch [{}/20], loss:{:.4f}'.format(epoch + 1, loss.item()))

# %%
with torch.no_grad():
    mse = criterion(model(test), test).item()
print('test mse %.4f, variance %.4f, explained %.3f' % (mse, test.var().item(), 1 - mse / test.var().item()))
