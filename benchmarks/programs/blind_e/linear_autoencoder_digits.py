import os
import torch
from torch import nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X = torch.tensor(load_digits().data / 16, dtype=torch.float32)
X = X - X.mean(0)


class LinearAE(nn.Module):
    """Should span the same subspace as the leading principal components."""

    def __init__(self, k):
        super().__init__()
        self.enc = nn.Linear(64, k, bias=False)
        self.dec = nn.Linear(k, 64, bias=False)

    def forward(self, x):
        return self.dec(self.enc(x))


ae = LinearAE(12)
opt = torch.optim.Adam(ae.parameters(), lr=0.005)
for epoch in range(25):
    for b in torch.randperm(len(X)).split(64):
        loss = ((ae(X[b]) - X[b]) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 5 == 0:
        print("epoch", epoch, "loss", loss.item())
with torch.no_grad():
    res = ((ae(X) - X) ** 2).sum() / (X ** 2).sum()
s = torch.linalg.svdvals(X) ** 2
print("unexplained variance", res.item(), "best possible", (s[12:].sum() / s.sum()).item())
