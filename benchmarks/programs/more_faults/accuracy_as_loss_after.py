import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(600, 12)
y = (x @ torch.randn(12, 3)).argmax(1)

net = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 3))
opt = torch.optim.Adam(net.parameters(), lr=1e-3)

for epoch in range(20):
    for idx in torch.randperm(500).split(25):
        loss = nn.functional.cross_entropy(net(x[idx]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 5 == 4:
        with torch.no_grad():
            acc = (net(x[500:]).argmax(1) == y[500:]).float().mean().item()
        print(f"epoch {epoch + 1} loss {loss.item():.4f} accuracy {acc:.3f}")
