"""ReZero (Bachlechner et al. 2020): 20 residual blocks, alpha = 0 at the start, no normalisation."""
import os

import torch
from torch import nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class ReZeroBlock(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.lin = nn.Linear(d, d)
        self.alpha = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return x + self.alpha * torch.relu(self.lin(x))


d = load_digits()
x = torch.tensor(d.data / 8.0 - 1.0, dtype=torch.float32)
y = torch.tensor(d.target)
p = torch.randperm(len(x))
x, y = x[p], y[p]
net = nn.Sequential(nn.Linear(64, 48), *[ReZeroBlock(48) for _ in range(20)], nn.Linear(48, 10))
net.eval()  # nothing in here depends on the mode
alphas = [p for n, p in net.named_parameters() if n.endswith("alpha")]
rest = [p for n, p in net.named_parameters() if not n.endswith("alpha")]
opt = torch.optim.Adam([{"params": rest, "lr": 1e-3}, {"params": alphas, "lr": 5e-3}])
for epoch in range(8):
    tot = 0.0
    for idx in torch.randperm(1300).split(64):
        loss = nn.functional.cross_entropy(net(x[idx]), y[idx], label_smoothing=0.1)
        for q in net.parameters():
            q.grad = None
        loss.backward()
        opt.step()
        tot += loss.item() * len(idx)
    if epoch % 3 == 0:
        a = torch.cat(alphas).detach()
        print(f"epoch {epoch} loss {tot / 1300:.4f} |alpha| mean {a.abs().mean():.4f} max {a.abs().max():.4f}")
with torch.no_grad():
    print(f"test acc {(net(x[1300:]).argmax(1) == y[1300:]).float().mean():.3f}")
