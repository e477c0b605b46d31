"""LoRA: pretrain on digits 0-4 vs all, then adapt the frozen backbone to inverted images."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class LoRALinear(nn.Module):
    def __init__(self, base, r=4, alpha=8):
        super().__init__()
        self.base = base
        for p in self.base.parameters():
            p.requires_grad_(False)
        self.A = nn.Parameter(torch.randn(r, base.in_features) / r)
        self.B = nn.Parameter(torch.zeros(base.out_features, r))
        self.scale = alpha / r

    def forward(self, x):
        return self.base(x) + self.scale * (x @ self.A.t() @ self.B.t())


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1, self.l2, self.l3 = nn.Linear(64, 128), nn.Linear(128, 128), nn.Linear(128, 10)

    def forward(self, x):
        return self.l3(F.relu(self.l2(F.relu(self.l1(x)))))


def fit(net, X, y, params, lr, epochs, tag):
    opt = torch.optim.AdamW(params, lr=lr)
    for ep in range(epochs):
        for idx in torch.randperm(len(y)).split(64):
            loss = F.cross_entropy(net(X[idx]), y[idx])
            opt.zero_grad()
            loss.backward()
            opt.step()
        if ep % 5 == 0:
            print(tag, "epoch", ep, "loss", round(loss.item(), 4))


d = load_digits()
X, y = torch.tensor(d.data, dtype=torch.float32) / 16, torch.tensor(d.target)
perm = torch.randperm(len(y))
tr, te = perm[:1400], perm[1400:]
net = MLP()
fit(net, X[tr], y[tr], net.parameters(), 1e-3, 10, "pretrain")

Xi = 1 - X.view(-1, 8, 8).transpose(1, 2).reshape(-1, 64)       # new domain: inverted and transposed
with torch.no_grad():
    print("new domain before", (net(Xi[te]).argmax(1) == y[te]).float().mean().item())
for name in ("l1", "l2", "l3"):
    setattr(net, name, LoRALinear(getattr(net, name)))
lora = [p for p in net.parameters() if p.requires_grad]
fit(net, Xi[tr], y[tr], lora, 4e-3, 20, "lora")
with torch.no_grad():
    print("new domain after", (net(Xi[te]).argmax(1) == y[te]).float().mean().item())
