"""Low-rank adaptation of a frozen MLP: upright digits -> mirrored digits."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
d = load_digits()
X = torch.tensor(d.images / 16.0, dtype=torch.float32)
y = torch.tensor(d.target)
perm = torch.randperm(len(X))
X, y = X[perm], y[perm]
flipped = X.flip(2).flatten(1)
X = X.flatten(1)


class LoRALinear(nn.Module):
    def __init__(self, base, rank=8, alpha=16):
        super().__init__()
        self.base = base
        for p in self.base.parameters():
            p.requires_grad_(False)
        self.A = nn.Parameter(torch.randn(rank, base.in_features) / base.in_features ** 0.5)
        self.B = nn.Parameter(torch.zeros(base.out_features, rank))
        self.scale = alpha / rank

    def forward(self, x):
        return self.base(x) + self.scale * F.linear(F.linear(x, self.A), self.B)


net = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))


def train(params, inputs, epochs, lr, tag):
    opt = torch.optim.AdamW(params, lr=lr, weight_decay=0.0)
    for e in range(epochs):
        for b in torch.randperm(1400).split(64):
            loss = F.cross_entropy(net(inputs[b]), y[b])
            opt.zero_grad()
            loss.backward()
            opt.step()
        if e % 3 == 0:
            print(tag, e, f"{loss.item():.4f}")


def acc(inputs):
    with torch.no_grad():
        return (net(inputs[1400:]).argmax(1) == y[1400:]).float().mean().item()


train(net.parameters(), X, 10, 2e-3, "base")
print("upright %.3f, mirrored %.3f" % (acc(X), acc(flipped)))
for i in (0, 2, 4):
    net[i] = LoRALinear(net[i])
train([p for p in net.parameters() if p.requires_grad], flipped, 12, 3e-3, "lora")
print("mirrored after adaptation %.3f" % acc(flipped))
