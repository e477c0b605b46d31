"""Attention classifier with its own softmax."""

import torch
from torch import nn


def softmax(z, dim):
    e = torch.exp(z - z.max(dim=dim, keepdim=True).values)
    return e / e.sum(dim=dim, keepdim=True)


class BagClassifier(nn.Module):
    """Finds the one telling vector in a bag."""

    def __init__(self, n=16, hidden=64):
        super().__init__()
        self.value = nn.Linear(n, hidden)
        self.query = nn.Linear(n, hidden)
        self.key = nn.Linear(n, hidden)
        self.out = nn.Linear(hidden, 3)

    def forward(self, bag):
        q, k, v = self.query(bag), self.key(bag), self.value(bag)
        att = softmax(q @ k.transpose(1, 2) / q.size(-1) ** 0.5, dim=-1)
        return self.out(torch.relu(att @ v).mean(1))


torch.manual_seed(0)
tell = 6 * torch.randn(3, 16)
y = torch.randint(0, 3, (800,))
bags = 3 * torch.randn(800, 6, 16)
bags[torch.arange(800), torch.randint(0, 6, (800,))] += tell[y]
bags = bags / 6.0
net = BagClassifier()
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for epoch in range(12):
    for idx in torch.randperm(800).split(40):
        loss = nn.functional.cross_entropy(net(bags[idx]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 3 == 2:
        acc = (net(bags).argmax(1) == y).float().mean().item()
        print(f"epoch {epoch + 1} loss {loss.item():.4f} acc {acc:.3f}")
