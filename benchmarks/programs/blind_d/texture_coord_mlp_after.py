# implicit image representation: (x, y) -> grey value
import os, torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

R = 40
g = torch.linspace(-1, 1, R)
yy, xx = torch.meshgrid(g, g, indexing="ij")
img = 0.5 + 0.3 * torch.sin(4 * (xx ** 2 + yy ** 2)) + 0.2 * torch.cos(3 * xx - 2 * yy) * (xx > -0.2)
coords = torch.stack([xx, yy], -1).reshape(-1, 2)
vals = img.reshape(-1, 1)
vals = (vals - vals.mean()) / vals.std()


class CoordNet(nn.Module):
    def __init__(self, width=96, depth=4):
        super().__init__()
        self.first = nn.Linear(2, width)
        self.hidden = nn.ModuleList([nn.Linear(width, width) for _ in range(depth - 1)])
        self.last = nn.Linear(width, 1)

    def forward(self, c):
        h = self.first(c)
        h = F.relu(h)
        for fc in self.hidden:
            h = fc(h)
            h = F.relu(h)
        return self.last(h)


net = CoordNet()
optim = torch.optim.Adam(net.parameters(), lr=2e-3)
sched = torch.optim.lr_scheduler.CosineAnnealingLR(optim, 600)
for it in range(600):
    ix = torch.randint(0, R * R, (256,))
    loss = F.mse_loss(net(coords[ix]), vals[ix])
    optim.zero_grad()
    loss.backward()
    optim.step()
    sched.step()
    if it % 100 == 0:
        print(f"iter {it:4d} mse {loss.item():.5f}")
with torch.no_grad():
    mse = F.mse_loss(net(coords), vals).item()
print(f"full image mse {mse:.4f} (variance 1.0)")
