# SimCLR on small images, then a linear probe
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

d = load_digits()
X = torch.tensor(d.images / 16.0, dtype=torch.float32)
y = d.target


def augment(x):
    n = x.size(0)
    x = x + 0.1 * torch.randn_like(x)
    padded = F.pad(x, (1, 1, 1, 1))
    off = torch.randint(0, 3, (n, 2))
    rows = off[:, :1] + torch.arange(8)
    cols = off[:, 1:] + torch.arange(8)
    x = padded[torch.arange(n)[:, None, None], rows[:, :, None], cols[:, None, :]]
    mask = (torch.rand(n, 8, 8) > 0.05).float()
    return x * mask * (0.8 + 0.4 * torch.rand(n, 1, 1))


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(),
            nn.Conv2d(16, 32, 3, padding=1, stride=2), nn.BatchNorm2d(32), nn.ReLU(),
            nn.Flatten(), nn.Linear(512, 64), nn.ReLU())
        self.proj = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 32))

    def forward(self, x):
        h = self.backbone(x.unsqueeze(1))
        return h, F.normalize(self.proj(h), dim=1)


def nt_xent(z1, z2, tau=0.3):
    z = torch.cat([z1, z2])
    n = z1.size(0)
    sim = z @ z.T / tau
    sim.fill_diagonal_(float("-inf"))
    tgt = torch.cat([torch.arange(n, 2 * n), torch.arange(n)])
    return F.cross_entropy(sim, tgt)


net = Encoder()
opt = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=1e-4)
for step in range(200):
    b = torch.randperm(1400)[:128]
    _, z = net(torch.cat([augment(X[b]), augment(X[b])]))
    z1, z2 = z.chunk(2)
    loss = nt_xent(z1, z2)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 25 == 0:
        print(f"step {step} nt-xent {loss.item():.4f}")

net.eval()
with torch.no_grad():
    h = net(X)[0].numpy()
probe = LogisticRegression(max_iter=500).fit(h[:300], y[:300])
print("linear probe accuracy with 300 labels:", round(probe.score(h[1400:], y[1400:]), 4))
