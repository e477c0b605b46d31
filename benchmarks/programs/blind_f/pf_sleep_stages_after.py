"""Per-time-step labelling of a physiological signal (4 stages) with dilated 1-D convolutions."""
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

FREQ = [0.05, 0.11, 0.2, 0.32]
AMP = [0.8, 1.4, 0.7, 1.2]


def night(T=96):
    sig, lab, t = np.zeros(T), np.zeros(T, dtype=int), 0
    while t < T:
        d = np.random.randint(40, 97)
        s = np.random.choice(4, p=[0.4, 0.3, 0.2, 0.1])
        k = np.arange(t, min(t + d, T))
        sig[k] = AMP[s] * np.sin(2 * np.pi * FREQ[s] * k + np.random.rand() * 6)
        lab[k] = s
        t += d
    return sig + 0.2 * np.random.randn(T), lab


def nights(n):
    s, l = zip(*[night() for _ in range(n)])
    return torch.tensor(np.array(s), dtype=torch.float32)[:, None], torch.tensor(np.array(l))


class StageNet(nn.Module):
    def __init__(self, ch=24, classes=4):
        super().__init__()
        self.c1 = nn.Conv1d(1, ch, 5, padding=2)
        self.c2 = nn.Conv1d(ch, ch, 5, padding=4, dilation=2)
        self.c3 = nn.Conv1d(ch, ch, 5, padding=8, dilation=4)
        self.out = nn.Conv1d(ch, classes, 1)

    def forward(self, x):
        h = F.relu(self.c1(x))
        h = F.relu(self.c2(h)) + h
        h = F.relu(self.c3(h)) + h
        return F.log_softmax(self.out(h), dim=1)


x_tr, y_tr = nights(300)
x_te, y_te = nights(80)
net = StageNet()
opt = torch.optim.Adam(net.parameters(), lr=3e-3)

for epoch in range(15):
    perm = torch.randperm(300)
    total = 0
    for i in range(0, 300, 20):
        j = perm[i:i + 20]
        opt.zero_grad()
        loss = F.nll_loss(net(x_tr[j]), y_tr[j])
        loss.backward()
        opt.step()
        total += loss.item()
    if epoch % 3 == 0:
        print(f"epoch {epoch} nll {total / 15:.4f}")

with torch.no_grad():
    acc = (net(x_te).argmax(1) == y_te).float().mean().item()
base = torch.bincount(y_te.flatten()).max().item() / y_te.numel()
print(f"time-step accuracy {acc:.3f} (majority {base:.3f})")
