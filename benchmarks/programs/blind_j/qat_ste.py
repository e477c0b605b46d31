# quantisation-aware training: 4-bit weights and activations, straight-through estimator
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class RoundSTE(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.round()

    @staticmethod
    def backward(ctx, g):
        return g


def quant_w(w, bits=4):
    q = 2 ** (bits - 1) - 1
    s = w.detach().abs().amax(1, keepdim=True) / q
    return RoundSTE.apply(w / s) * s


def quant_a(x, alpha, bits=4):
    q = 2 ** bits - 1
    x = torch.minimum(F.relu(x), alpha)
    return RoundSTE.apply(x / alpha * q) * alpha / q


class QLinear(nn.Linear):
    def forward(self, x):
        return F.linear(x, quant_w(self.weight), self.bias)


class QNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1, self.l2, self.l3 = QLinear(64, 96), QLinear(96, 64), QLinear(64, 10)
        self.a1 = nn.Parameter(torch.tensor(4.0))
        self.a2 = nn.Parameter(torch.tensor(4.0))

    def forward(self, x):
        x = quant_a(self.l1(x), self.a1)
        x = quant_a(self.l2(x), self.a2)
        return self.l3(x)


d = load_digits()
X = torch.tensor((d.data - 5) / 6, dtype=torch.float32)
Y = torch.tensor(d.target)
perm = torch.randperm(len(X))
tr, te = perm[:1440], perm[1440:]
net = QNet()
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for epoch in range(20):
    tot = 0.0
    for b in tr[torch.randperm(1440)].split(72):
        loss = F.cross_entropy(net(X[b]), Y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot += loss.item() / 20
    if epoch % 5 == 0 or epoch == 19:
        print(f"epoch {epoch} loss {tot:.4f} clip levels {net.a1.item():.2f} {net.a2.item():.2f}")
with torch.no_grad():
    print("4-bit test accuracy", round((net(X[te]).argmax(1) == Y[te]).float().mean().item(), 4))
