# CaiT-style blocks: LayerScale diag initialised with 1e-4
import os
import torch, torch.nn as nn, torch.nn.functional as F
from sklearn.datasets import load_digits
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
d = load_digits()
x = torch.tensor(d.images / 8. - 1, dtype=torch.float32); y = torch.tensor(d.target)


class LSBlock(nn.Module):
    def __init__(self, dim, init=1e-4):
        super().__init__()
        self.n1, self.n2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attn = nn.MultiheadAttention(dim, 2, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))
        self.g1, self.g2 = nn.Parameter(init * torch.ones(dim)), nn.Parameter(init * torch.ones(dim))

    def forward(self, h):
        z = self.n1(h)
        h = h + self.g1 * self.attn(z, z, z, need_weights=False)[0]
        return h + self.g2 * self.mlp(self.n2(h))


class Net(nn.Module):
    def __init__(self, dim=40, depth=4):
        super().__init__()
        self.inp = nn.Linear(8, dim); self.pos = nn.Parameter(.02 * torch.randn(8, dim))
        self.blocks = nn.Sequential(*[LSBlock(dim) for _ in range(depth)])
        self.head = nn.Linear(8 * dim, 10)

    def forward(self, img):
        return self.head(self.blocks(self.inp(img) + self.pos).flatten(1))


net = Net()
opt = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=.05)
for ep in range(7):
    for b in torch.randperm(1400).split(48):
        loss = F.cross_entropy(net(x[b]), y[b])
        opt.zero_grad(); loss.backward(); opt.step()
    print("epoch", ep, "loss %.4f" % loss.item(), "mean |gamma| %.5f" % net.blocks[0].g1.abs().mean().item())
print("acc", (net(x[1400:]).argmax(1) == y[1400:]).float().mean().item())
