"""Multi-task learning with uncertainty weighting (Kendall et al. 2018): ring index + radius regression + quadrant parity."""
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)


def generate(n):
    x = np.random.randn(n, 2).astype(np.float32)
    r = np.linalg.norm(x, axis=1)
    ring = np.digitize(r, [0.76, 1.18, 1.67]).astype(np.int64)
    parity = ((x[:, 0] > 0) ^ (x[:, 1] > 0)).astype(np.float32)
    nuisance = 0.5 * np.random.randn(n, 4).astype(np.float32)
    return [torch.from_numpy(a) for a in (np.concatenate([x, nuisance], 1), ring, r.astype(np.float32), parity)]


class Trunk(nn.Module):
    def __init__(self, d_in=6, width=64, depth=4):
        super().__init__()
        layers, d = [], d_in
        for _ in range(depth):
            layers += [nn.Linear(d, width), nn.SiLU()]
            d = width
        self.net = nn.Sequential(*layers)

    def forward(self, x):
        return self.net(x)


class MultiTask(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = Trunk()
        self.ring = nn.Linear(64, 4)
        self.radius = nn.Linear(64, 1)
        self.parity = nn.Linear(64, 1)
        self.log_var = nn.Parameter(torch.zeros(3))

    def forward(self, x):
        z = self.trunk(x)
        return self.ring(z), self.radius(z).squeeze(-1), self.parity(z).squeeze(-1)

    def loss(self, out, ring, radius, parity):
        parts = torch.stack([F.cross_entropy(out[0], ring), F.mse_loss(out[1], radius),
                             F.binary_cross_entropy_with_logits(out[2], parity)])
        return (torch.exp(-self.log_var) * parts + 0.5 * self.log_var).sum(), parts.detach()


train, test = generate(1600), generate(600)
loader = DataLoader(TensorDataset(*train), batch_size=64, shuffle=True)
model = MultiTask()
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(24):
    acc = torch.zeros(3)
    for xb, *targets in loader:
        loss, parts = model.loss(model(xb), *targets)
        opt.zero_grad()
        loss.backward()
        opt.step()
        acc += parts
    if epoch % 4 == 0:
        print(f"epoch {epoch}", ["%.3f" % v for v in (acc / len(loader)).tolist()])

with torch.no_grad():
    ring, rad, par = model(test[0])
    print("ring acc %.3f | radius R2 %.3f | parity acc %.3f" % (
        (ring.argmax(1) == test[1]).float().mean(),
        1 - F.mse_loss(rad, test[2]) / test[2].var(),
        ((par > 0).float() == test[3]).float().mean()))
