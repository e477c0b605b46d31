import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(int(os.environ.get("SEED", "0")))
TAUS = torch.tensor([0.05, 0.5, 0.95])


def sample(n):
    x = torch.rand(n, 1) * 10
    y = torch.sin(x) + (0.1 + 0.08 * x) * torch.randn(n, 1)
    return x, y


class QuantileNet(nn.Module):
    # lowest quantile + positive increments: no crossing
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor(5.0))
        self.register_buffer("std", torch.tensor(2.9))
        self.net = nn.Sequential(nn.Linear(1, 64), nn.Mish(), nn.Linear(64, 64), nn.Mish(), nn.Linear(64, 3))

    def forward(self, x):
        h = self.net((x - self.mean) / self.std)
        return torch.cumsum(torch.cat([h[:, :1], F.softplus(h[:, 1:])], 1), 1)


def pinball(q, y):
    e = y - q
    return torch.maximum(TAUS * e, (TAUS - 1) * e).mean()


x, y = sample(4000)
loader = DataLoader(TensorDataset(x, y), batch_size=128, shuffle=True)
net = QuantileNet()
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(15):
    tot = 0.0
    for xb, yb in loader:
        loss = pinball(net(xb), yb)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        tot += loss.item()
    if epoch % 3 == 0:
        print(f"epoch {epoch}: pinball {tot / len(loader):.4f}")
xt, yt = sample(2000)
with torch.no_grad():
    q = net(xt)
    print("coverage below each quantile", [(yt < q[:, i:i + 1]).float().mean().item() for i in range(3)], "target", TAUS.tolist())
    const = torch.quantile(y, TAUS).expand(len(yt), 3)
    print("test pinball", round(pinball(q, yt).item(), 4), "constant quantiles", round(pinball(const, yt).item(), 4))
