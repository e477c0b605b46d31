# Estimate the shares of 5 components in a mixture from its 40-channel spectrum.
import os
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

K, CH = 5, 40
grid = np.linspace(0, 1, CH)
pure = np.stack([np.exp(-((grid - c) / 0.09) ** 2) + 0.5 * np.exp(-((grid - c2) / 0.05) ** 2)
                 for c, c2 in [(0.1, 0.5), (0.3, 0.8), (0.45, 0.2), (0.65, 0.9), (0.85, 0.35)]])


def mixtures(n):
    share = np.random.dirichlet(np.ones(K) * 1.5, n)
    spec = share @ pure
    spec = spec / (1 + 0.3 * spec) + 0.01 * np.random.randn(n, CH)
    spec = (spec - 0.25) / 0.2
    return torch.tensor(spec, dtype=torch.float32), torch.tensor(share, dtype=torch.float32)


class ShareNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(CH, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, K))

    def forward(self, x):
        return torch.log_softmax(self.net(x), dim=1)


train = DataLoader(TensorDataset(*mixtures(1500)), batch_size=50, shuffle=True)
x_te, s_te = mixtures(400)
model = ShareNet()
criterion = nn.KLDivLoss(reduction="batchmean")
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

for epoch in range(20):
    running = 0.0
    for x, s in train:
        optimizer.zero_grad()
        loss = criterion(model(x), s)
        loss.backward()
        optimizer.step()
        running += loss.item()
    if epoch % 4 == 3:
        print("epoch", epoch + 1, "KL", round(running / len(train), 4))

with torch.no_grad():
    out = model(x_te)
    shares = out.exp()
mae = (shares - s_te).abs().mean().item()
r2 = 1 - ((shares - s_te) ** 2).sum().item() / ((s_te - s_te.mean(0)) ** 2).sum().item()
print("mean abs error of shares %.3f, R2 %.3f" % (mae, r2))
