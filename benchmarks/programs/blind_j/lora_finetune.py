"""Pre-train a small MLP, then adapt it to a shifted task with LoRA only."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class LoRALinear(nn.Module):
    def __init__(self, base: nn.Linear, r=4, alpha=8):
        super().__init__()
        self.base = base
        for p in self.base.parameters():
            p.requires_grad = False
        self.A = nn.Parameter(torch.randn(r, base.in_features) / base.in_features ** 0.5)
        self.B = nn.Parameter(torch.zeros(base.out_features, r))
        self.scale = alpha / r

    def forward(self, x):
        return self.base(x) + self.scale * (x @ self.A.T) @ self.B.T


def target(x, shift):
    a = x[:, 0] * 1.5 + torch.sin(2 * x[:, 1]) + shift * (x[:, 2] - x[:, 3])
    return torch.bucketize(a, torch.tensor([-0.8, 0.8]))


X = torch.randn(3000, 10)
y0, y1 = target(X, 0.0), target(X, 1.0)
net = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 3))


def fit(params, y, steps, lr, tag):
    opt = torch.optim.AdamW(params, lr=lr, weight_decay=0.0)
    for s in range(steps):
        b = torch.randint(0, 2500, (128,))
        loss = F.cross_entropy(net(X[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        if s % 100 == 0:
            print(tag, s, round(loss.item(), 4))


def acc(y):
    with torch.no_grad():
        return round((net(X[2500:]).argmax(1) == y[2500:]).float().mean().item(), 4)


fit(net.parameters(), y0, 400, 3e-3, "pretrain")
print("old task", acc(y0), "new task, before", acc(y1))
for i in (0, 2, 4):
    net[i] = LoRALinear(net[i])
trainable = [p for p in net.parameters() if p.requires_grad]
print("trainable", sum(p.numel() for p in trainable), "of", sum(p.numel() for p in net.parameters()))
fit(trainable, y1, 400, 5e-3, "lora")
print("new task, after", acc(y1))
