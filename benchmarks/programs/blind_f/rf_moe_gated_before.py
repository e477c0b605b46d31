"""Soft mixture of experts with load-balancing term, piecewise classification problem."""
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Expert(nn.Module):
    def __init__(self, d, h, k):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(d, h), nn.Linear(h, k)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x)))


class MoE(nn.Module):
    def __init__(self, d, h, k, n_experts=6):
        super().__init__()
        self.experts = [Expert(d, h, k) for _ in range(n_experts)]
        self.gate = nn.Linear(d, n_experts)

    def forward(self, x):
        g = F.softmax(self.gate(x), dim=-1)
        out = torch.stack([e(x) for e in self.experts], dim=1)
        importance = g.mean(0)
        balance = len(self.experts) * (importance ** 2).sum() - 1
        return (g.unsqueeze(-1) * out).sum(1), balance


class Classifier(nn.Module):
    def __init__(self, d=10, k=5):
        super().__init__()
        self.norm = nn.BatchNorm1d(d, affine=False)
        self.moe = MoE(d, 48, k)

    def forward(self, x):
        return self.moe(self.norm(x))


gen = torch.Generator().manual_seed(100 + SEED)
teachers = torch.randn(3, 10, 5, generator=gen)


def sample(n):
    x = torch.randn(n, 10)
    region = torch.bucketize(x[:, 0], torch.tensor([-0.4, 0.4]))
    y = torch.einsum("nd,ndk->nk", x, teachers[region]).argmax(1)
    return x, y


xtr, ytr = sample(4000)
xte, yte = sample(1000)
model = Classifier()
optimizer = torch.optim.Adam(model.parameters(), lr=8e-3, weight_decay=1e-5)
for epoch in range(30):
    model.train()
    total = hits = 0
    for idx in torch.randperm(len(xtr)).split(128):
        logits, balance = model(xtr[idx])
        loss = F.cross_entropy(logits, ytr[idx]) + 0.01 * balance
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(idx)
        hits += (logits.argmax(1) == ytr[idx]).sum().item()
    if epoch % 4 == 0:
        print(f"epoch {epoch}: loss {total / len(xtr):.4f} acc {hits / len(xtr):.3f}")
model.eval()
with torch.no_grad():
    print("test accuracy %.3f" % (model(xte)[0].argmax(1) == yte).float().mean().item())
