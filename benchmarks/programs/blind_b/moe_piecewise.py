# Mixture of experts, top-1 routing, piecewise signal. 稀疏专家模型
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class MoE(nn.Module):
    def __init__(self, n_in, n_experts=8, width=24):
        super().__init__()
        self.router = nn.Linear(n_in, n_experts)
        self.experts = nn.ModuleList(
            nn.Sequential(nn.Linear(n_in, width), nn.ReLU(), nn.Linear(width, 1)) for _ in range(n_experts))

    def forward(self, x):
        p = torch.softmax(self.router(x), -1)
        gate, which = p.max(-1)
        out = torch.zeros(len(x), 1)
        for i, e in enumerate(self.experts):
            sel = which == i
            if sel.any():
                out[sel] = gate[sel].unsqueeze(1) * e(x[sel])
        return out.squeeze(1)


def data(n):
    x = 2 * torch.rand(n, 2) - 1
    y = torch.where(x[:, 0] > 0, torch.sin(4 * x[:, 1]), 1.5 * x[:, 1] ** 2 - 1)
    return x, y + 0.05 * torch.randn(n)


X, Y = data(1500)
Xt, Yt = data(500)
model = MoE(2)
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(10):
    run = []
    for b in torch.randperm(len(X)).split(24):
        loss = ((model(X[b]) - Y[b]) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        run.append(loss.item())
    if epoch % 3 == 0:
        print("epoch", epoch, "mse", round(sum(run) / len(run), 4))
with torch.no_grad():
    r2 = 1 - ((model(Xt) - Yt) ** 2).mean() / Yt.var()
    used = model.router(Xt).argmax(-1).bincount(minlength=8)
print("R2 %.3f, samples per expert %s" % (r2.item(), used.tolist()))
