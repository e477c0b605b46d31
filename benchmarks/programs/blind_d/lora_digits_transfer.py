# pretrain an MLP on digits, then adapt it with LoRA to inverted + shifted images
import os
import math
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class LoRALinear(nn.Module):
    def __init__(self, base, r=8, alpha=16):
        super().__init__()
        self.base = base
        for p in self.base.parameters():
            p.requires_grad_(False)
        self.A = nn.Parameter(torch.empty(r, base.in_features))
        self.B = nn.Parameter(torch.zeros(base.out_features, r))
        nn.init.kaiming_uniform_(self.A, a=math.sqrt(5))
        self.scale = alpha / r

    def forward(self, x):
        return self.base(x) + self.scale * F.linear(F.linear(x, self.A), self.B)


D = load_digits()
X = torch.tensor(D.images, dtype=torch.float32) / 16
Y = torch.tensor(D.target)
p = torch.randperm(len(X), generator=torch.Generator().manual_seed(1))
X, Y = X[p], Y[p]
source = X.flatten(1)
target = torch.roll(1 - X, 1, dims=2).flatten(1)

model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 10))


def run(params, data, lr, epochs):
    opt = torch.optim.AdamW(params, lr=lr)
    for ep in range(epochs):
        for b in torch.randperm(1300).split(64):
            loss = F.cross_entropy(model(data[b]), Y[b])
            opt.zero_grad()
            loss.backward()
            opt.step()
        if ep % 5 == 0:
            print("epoch", ep, "loss %.4f" % loss.item())


def acc(data):
    with torch.no_grad():
        return (model(data[1300:]).argmax(1) == Y[1300:]).float().mean().item()


run(model.parameters(), source, 2e-3, 10)
print("source acc %.3f, target acc before adaptation %.3f" % (acc(source), acc(target)))
for i in (0, 2, 4):
    model[i] = LoRALinear(model[i])
run([p for p in model.parameters() if p.requires_grad], target, 1e-2, 25)
print("target acc after LoRA %.3f" % acc(target))
