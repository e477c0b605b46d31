"""Radial basis network with trainable centres."""

import torch
from torch import nn


class RBFNet(nn.Module):
    def __init__(self, n_in=2, n_basis=60):
        super().__init__()
        self.centres = nn.Parameter(torch.randn(n_basis, n_in) * 0.2)
        self.log_width = nn.Parameter(torch.zeros(n_basis))
        self.mix = nn.Linear(n_basis, 1)

    def forward(self, x):
        d2 = ((x[:, None, :] - self.centres) ** 2).sum(-1)
        return self.mix(torch.exp(-d2 * torch.exp(self.log_width)))


torch.manual_seed(0)
x = torch.rand(1000, 2) * 6 - 3
y = (torch.sin(x[:, 0]) * torch.cos(x[:, 1])).unsqueeze(1)
net = RBFNet()
opt = torch.optim.Adam(net.parameters(), lr=2e-2)
for epoch in range(30):
    for idx in torch.randperm(1000).split(50):
        loss = nn.functional.mse_loss(net(x[idx]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 6 == 5:
        print(f"epoch {epoch + 1} mse {loss.item():.4f} of {y.var().item():.3f}")
