"""Metric learning with a contrastive loss on Euclidean distances."""

import torch
from torch import nn


class Embedder(nn.Module):
    def __init__(self, n_in=20, n_out=8):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_in, 32), nn.ReLU(), nn.Linear(32, n_out))

    def forward(self, x):
        return self.layers(x)


def pairwise_distance(z):
    diff = z[:, None, :] - z[None, :, :]
    return torch.sqrt(diff.pow(2).sum(-1))


def contrastive(z, y, margin=2.0):
    d = pairwise_distance(z)
    same = (y[:, None] == y[None, :]).float()
    return (same * d + (1 - same) * torch.relu(margin - d)).mean()


torch.manual_seed(0)
centres = torch.randn(6, 20)
labels = torch.randint(0, 6, (800,))
points = centres[labels] + 0.8 * torch.randn(800, 20)
net = Embedder()
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for step in range(300):
    idx = torch.randint(0, 600, (32,)) if step % 2 else torch.randperm(600)[:32]
    loss = contrastive(net(points[idx]), labels[idx])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 60 == 59:
        with torch.no_grad():
            d = torch.cdist(net(points[600:]), net(points[:600]))
            acc = (labels[d.argmin(1)] == labels[600:]).float().mean().item()
        print(f"step {step + 1} loss {loss.item():.4f} 1-nn accuracy {acc:.3f}")
