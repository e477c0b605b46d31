"""Pre-train on digits 0-4, then adapt to 5-9 with low-rank adapters only."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X, dtype=torch.float32) / 16, torch.tensor(y)
perm = torch.randperm(len(y))
X, y = X[perm], y[perm]
lo, hi = y < 5, y >= 5


class LoRALinear(nn.Module):
    def __init__(self, base, r=4, alpha=8):
        super().__init__()
        self.base = base
        for p in base.parameters():
            p.requires_grad = False
        self.A = nn.Parameter(torch.randn(r, base.in_features) / base.in_features ** 0.5)
        self.B = nn.Parameter(torch.zeros(base.out_features, r))
        self.scale = alpha / r

    def forward(self, x):
        return self.base(x) + self.scale * (x @ self.A.t()) @ self.B.t()


def fit(model, params, X, y, steps, lr):
    opt = torch.optim.AdamW(params, lr=lr)
    for s in range(steps):
        idx = torch.randint(0, len(X), (32,))
        loss = F.cross_entropy(model(X[idx]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
        if s % 100 == 0:
            print(f"  step {s} loss {loss.item():.4f}")


model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 5))
print("pre-training")
fit(model, model.parameters(), X[lo][:700], y[lo][:700], 300, 1e-3)

model[0], model[2] = LoRALinear(model[0]), LoRALinear(model[2])
model[4] = nn.Linear(128, 5)
nn.init.zeros_(model[4].weight)
nn.init.zeros_(model[4].bias)
trainable = [p for p in model.parameters() if p.requires_grad]
print("adapting", sum(p.numel() for p in trainable), "of", sum(p.numel() for p in model.parameters()))
fit(model, trainable, X[hi][:700], y[hi][:700] - 5, 400, 2e-3)
with torch.no_grad():
    acc = (model(X[hi][700:]).argmax(1) == y[hi][700:] - 5).float().mean().item()
print("accuracy on held-out 5-9:", round(acc, 3))
