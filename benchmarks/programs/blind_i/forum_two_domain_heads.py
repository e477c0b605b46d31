"""Shared body, one head per customer domain; only the head of the batch's domain gets a gradient."""
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
W = torch.randn(3, 12, 4, generator=torch.Generator().manual_seed(1))


def task(k, n):
    x = torch.randn(n, 12)
    return x, (torch.tanh(x) @ W[k]).argmax(1)


class MultiHead(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(12, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU())
        self.heads = nn.ModuleList([nn.Linear(48, 4) for _ in range(3)])

    def forward(self, x, k):
        return self.heads[k](self.body(x))


train = [task(k, 800) for k in range(3)]
test = [task(k, 300) for k in range(3)]
net = MultiHead()
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for it in range(600):
    k = it % 3
    i = torch.randint(0, 800, (64,))
    loss = nn.functional.cross_entropy(net(train[k][0][i], k), train[k][1][i])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 100 < 3:
        print("iter", it, "domain", k, "loss %.3f" % loss.item())
with torch.no_grad():
    for k, (x, y) in enumerate(test):
        print("domain", k, "acc %.3f" % (net(x, k).argmax(1) == y).float().mean())
