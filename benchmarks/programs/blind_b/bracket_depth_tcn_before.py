"""Dilated causal conv net that predicts the current nesting depth of a bracket string."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
MAXD, T = 5, 24


def gen(n):
    toks, depths = torch.zeros(n, T, dtype=torch.long), torch.zeros(n, T, dtype=torch.long)
    d = torch.zeros(n, dtype=torch.long)
    for t in range(T):
        up = torch.rand(n) < 0.5
        up = (up | (d == 0)) & (d < MAXD - 1)
        d = d + torch.where(up, 1, -1)
        toks[:, t], depths[:, t] = up.long(), d
    return toks, depths


class CausalConv(nn.Module):
    def __init__(self, c, dilation):
        super().__init__()
        self.pad = 2 * dilation
        self.conv = nn.Conv1d(c, c, 3, dilation=dilation)

    def forward(self, x):
        return x + torch.relu(self.conv(F.pad(x, (self.pad, 0))))


class TCN(nn.Module):
    def __init__(self, c=32):
        super().__init__()
        self.emb = nn.Embedding(2, c)
        self.blocks = nn.ModuleList([CausalConv(c, d) for d in (1, 2, 4, 8)])
        self.head = nn.Linear(c, MAXD)

    def forward(self, x):
        h = self.emb(x).transpose(1, 2)
        for blk in self.blocks:
            h = blk(h)
        return self.head(h.transpose(1, 2))


X, Y = gen(1600)
Xv, Yv = gen(300)
model = TCN()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.8)

for epoch in range(8):
    total = 0.0
    for idx in torch.randperm(len(X)).split(32):
        loss = F.cross_entropy(model(X[idx]).flatten(0, 1), Y[idx].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        total += loss.item() * len(idx)
    print(f"epoch {epoch}  loss {total / len(X):.4f}")

with torch.no_grad():
    acc = (model(Xv).argmax(-1) == Yv).float().mean().item()
print("depth accuracy", round(acc, 3), " majority", round(Yv.flatten().bincount().max().item() / Yv.numel(), 3))
