"""Ten kinds of leaves, one output each."""

import torch
from torch import nn

torch.manual_seed(0)
kinds = 10
proto = torch.randn(kinds, 32)
label = torch.randint(0, kinds, (1500,))
leaf = proto[label] + 0.8 * torch.randn(1500, 32)

net = nn.Sequential(nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, kinds), nn.Softmax(dim=1))
mse = nn.MSELoss()
opt = torch.optim.SGD(net.parameters(), lr=0.05)
eye = torch.eye(kinds)
for epoch in range(15):
    for idx in torch.randperm(1200).split(30):
        loss = mse(net(leaf[idx]), eye[label[idx]])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 3 == 2:
        with torch.no_grad():
            acc = (net(leaf[1200:]).argmax(1) == label[1200:]).float().mean().item()
        print(f"epoch {epoch + 1} loss {loss.item():.4f} acc {acc:.3f}")
