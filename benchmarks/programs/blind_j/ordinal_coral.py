"""Ordinal regression (CORAL): one shared score, K-1 ordered thresholds."""
import os, torch, torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
K = 5
N = 3000

X = torch.randn(N, 8)
w = torch.randn(8)
score = X @ w / w.norm() + 0.8 * torch.sin(2 * X[:, 0]) + 0.15 * torch.randn(N)
cuts = torch.quantile(score, torch.tensor([0.2, 0.4, 0.6, 0.8]))
y = torch.bucketize(score, cuts)
levels = (y[:, None] > torch.arange(K - 1)[None]).float()
tr, te = slice(0, 2400), slice(2400, N)


class Coral(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(8, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU())
        self.score = nn.Linear(48, 1, bias=False)
        self.bias = nn.Parameter(torch.linspace(1.0, -1.0, K - 1))

    def forward(self, x):
        return self.score(self.body(x)) + self.bias


net = Coral()
opt = torch.optim.AdamW(net.parameters(), lr=4e-3, weight_decay=1e-4)
for step in range(600):
    idx = torch.randint(0, 2400, (128,))
    logits = net(X[idx])
    loss = F.binary_cross_entropy_with_logits(logits, levels[idx])
    opt.zero_grad(set_to_none=True)
    loss.backward()
    opt.step()
    if step % 100 == 0:
        print(step, round(loss.item(), 4))

with torch.no_grad():
    pred = (net(X[te]) > 0).sum(1)
    mae = (pred - y[te]).abs().float().mean().item()
    base = (2 - y[te]).abs().float().mean().item()
print(f"MAE in ranks {mae:.3f} (always the middle rank: {base:.3f})")
