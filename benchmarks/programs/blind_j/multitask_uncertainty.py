import os
import torch
from torch import nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

n = 3000
X = torch.randn(n, 12)
Z = torch.tanh(X @ torch.randn(12, 4) / 2)
reg = Z @ torch.randn(4) + 0.1 * torch.randn(n)
reg = (reg - reg.mean()) / reg.std()
cls = (Z @ torch.randn(4, 3) + 0.1 * torch.randn(n, 3)).argmax(1)
binary = ((Z[:, 0] * Z[:, 1]) > 0).float()


class MultiTask(nn.Module):
    """shared trunk, three heads, learned task uncertainties"""

    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(12, 96), nn.ReLU(), nn.Linear(96, 64), nn.ReLU())
        self.h_reg, self.h_cls, self.h_bin = nn.Linear(64, 1), nn.Linear(64, 3), nn.Linear(64, 1)
        self.log_var = nn.Parameter(torch.zeros(3))

    def forward(self, x):
        h = self.trunk(x)
        return self.h_reg(h).squeeze(1), self.h_cls(h), self.h_bin(h).squeeze(1)


m = MultiTask()
opt = torch.optim.Adam(m.parameters(), lr=3e-3)
for ep in range(16):
    for b in torch.randperm(2500).split(125):
        r, c, z = m(X[b])
        losses = torch.stack([F.mse_loss(r, reg[b]), F.cross_entropy(c, cls[b]), F.binary_cross_entropy_with_logits(z, binary[b])])
        loss = (torch.exp(-m.log_var) * losses + 0.5 * m.log_var).sum()
        opt.zero_grad()
        loss.backward()
        opt.step()
    if ep % 4 == 0 or ep == 15:
        print("epoch", ep, "losses", [round(v, 4) for v in losses.tolist()], "log var", [round(v, 2) for v in m.log_var.tolist()])
with torch.no_grad():
    r, c, z = m(X[2500:])
    print("R2", round(1 - F.mse_loss(r, reg[2500:]).item() / reg[2500:].var().item(), 4),
          "acc", round((c.argmax(1) == cls[2500:]).float().mean().item(), 4),
          "bin acc", round(((z > 0) == binary[2500:].bool()).float().mean().item(), 4))
