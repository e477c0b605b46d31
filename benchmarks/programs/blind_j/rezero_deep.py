import os
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class ReZeroBlock(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.fc = nn.Linear(d, d)
        self.alpha = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return x + self.alpha * torch.relu(self.fc(x))


d = load_digits()
X = torch.tensor(d.data / 8 - 0.6, dtype=torch.float32)
Y = torch.tensor(d.target)
p = torch.randperm(len(X))
tr, te = p[:1400], p[1400:]
net = nn.Sequential(nn.Linear(64, 64), *[ReZeroBlock(64) for _ in range(16)], nn.Linear(64, 10))
nn.init.zeros_(net[-1].weight)
nn.init.zeros_(net[-1].bias)
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for step in range(250):
    b = tr[torch.randint(0, 1400, (64,))]
    loss = nn.functional.cross_entropy(net(X[b]), Y[b])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 50 == 0:
        print(step, round(loss.item(), 4))
with torch.no_grad():
    print("accuracy", round((net(X[te]).argmax(1) == Y[te]).float().mean().item(), 4),
          "mean |alpha|", round(sum(b.alpha.abs().item() for b in net[1:-1]) / 16, 4))
