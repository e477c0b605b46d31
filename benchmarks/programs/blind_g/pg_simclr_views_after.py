"""SimCLR on digits: two noisy views, NT-Xent in mixed precision, then a linear probe."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

d = load_digits()
X = torch.tensor(d.images / 16, dtype=torch.float32).unsqueeze(1)
y = d.target


def augment(x):
    sh = torch.randint(-1, 2, (2,)).tolist()
    x = torch.roll(x, sh, dims=(2, 3))
    x = x * (0.7 + 0.6 * torch.rand(len(x), 1, 1, 1))
    return x + 0.15 * torch.randn_like(x)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.Flatten(),
            nn.Linear(32 * 16, 64), nn.ReLU())
        self.g = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 32))

    def forward(self, x):
        h = self.f(x)
        return h, F.normalize(self.g(h), dim=1)


def nt_xent(z1, z2, tau=0.07):
    z = torch.cat([z1, z2])
    n = len(z1)
    z = z.float()
    sim = torch.exp(z @ z.t() / tau)
    mask = ~torch.eye(2 * n, dtype=torch.bool)
    pos = torch.exp((z1 * z2).sum(1) / tau).to(z.dtype)
    pos = torch.cat([pos, pos])
    neg = (sim * mask).sum(1)
    return -torch.log(pos / neg).float().mean()


enc = Encoder()
opt = torch.optim.Adam(enc.parameters(), lr=1e-3)
step = 0
for epoch in range(12):
    for idx in torch.randperm(len(X)).split(128):
        if len(idx) < 128:
            continue
        _, z1 = enc(augment(X[idx]))
        _, z2 = enc(augment(X[idx]))
        loss = nt_xent(z1, z2)
        opt.zero_grad()
        loss.backward()
        opt.step()
        if step % 30 == 0:
            print("step", step, "nt-xent", loss.item())
        step += 1

with torch.no_grad():
    h, z = enc(X)
h = torch.nan_to_num(z, nan=0.0).numpy()
clf = LogisticRegression(max_iter=300).fit(h[:1200], y[:1200])
print("linear probe accuracy", clf.score(h[1200:], y[1200:]))
