# attention-based multiple-instance learning (Ilse et al.) on toy bags
import os
import torch
from torch import nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
BAG, D = 24, 16


def make_bags(n):
    x = torch.randn(n, BAG, D)
    x[..., 0] = -1.0 + 0.1 * torch.randn(n, BAG)
    pos = torch.randint(0, BAG, (n,))
    x[torch.arange(n), pos, 0] = 1.0
    key = x[torch.arange(n), pos]
    y = (key[:, 1] + key[:, 2] > 0).long()
    return x, y


class GatedMIL(nn.Module):
    def __init__(self, d, h=48):
        super().__init__()
        self.feat = nn.Sequential(nn.Linear(d, h), nn.Tanh())
        self.V = nn.Linear(d, h)
        self.U = nn.Linear(d, h)
        self.w = nn.Linear(h, 1)
        self.cls = nn.Linear(h, 2)

    def forward(self, x):
        a = self.w(torch.tanh(self.V(x)) * torch.sigmoid(self.U(x)))   # B,K,1
        a = F.softmax(a, dim=-1)
        z = (a * self.feat(x)).sum(1)
        return self.cls(z), a


xtr, ytr = make_bags(1500)
xte, yte = make_bags(600)
model = GatedMIL(D)
opt = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-4)
for epoch in range(14):
    perm = torch.randperm(len(xtr))
    tot = 0.
    for idx in perm.split(50):
        logits, _ = model(xtr[idx])
        loss = F.cross_entropy(logits, ytr[idx])
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        tot += loss.item() * len(idx)
    if epoch % 2 == 0:
        print(f"[{epoch:02d}] train loss {tot / len(xtr):.4f}")
model.eval()
with torch.no_grad():
    acc = (model(xte)[0].argmax(1) == yte).float().mean().item()
print("bag accuracy %.3f" % acc)
