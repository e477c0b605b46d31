# Graph attention network, settings of the paper: dropout 0.6 on inputs and on attention, weight decay 5e-4, lr 0.005
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED); rng = np.random.RandomState(SEED)
N, C, FEAT = 200, 4, 80
lab = rng.randint(0, C, N)
A = np.triu(rng.rand(N, N) < np.where(lab[:, None] == lab[None], .1, .008), 1); A = A | A.T | np.eye(N, dtype=bool)
X = (rng.rand(N, FEAT) < .03).astype(np.float32)
for i in range(N):
    X[i, lab[i] * 18 + rng.randint(0, 18, 4)] = 1
X = torch.tensor(X / X.sum(1, keepdims=True).clip(1)); y = torch.tensor(lab); adj = torch.tensor(A)
tr = torch.cat([torch.where(y == c)[0][:15] for c in range(C)]); te = torch.arange(N)[~torch.isin(torch.arange(N), tr)]


class GATLayer(nn.Module):
    def __init__(self, i, o, heads, concat):
        super().__init__()
        self.W = nn.Parameter(torch.empty(heads, i, o)); self.a1 = nn.Parameter(torch.empty(heads, o, 1)); self.a2 = nn.Parameter(torch.empty(heads, o, 1))
        for p in self.parameters():
            nn.init.xavier_uniform_(p, gain=1.414)
        self.concat = concat

    def forward(self, h):
        h = F.dropout(h, 0.6, self.training) @ self.W
        e = F.leaky_relu(h @ self.a1 + (h @ self.a2).transpose(1, 2), 0.2).masked_fill(~adj, -9e15)
        out = F.dropout(e.softmax(-1), 0.6, self.training) @ h
        return F.elu(out).permute(1, 0, 2).flatten(1) if self.concat else out.mean(0)


class GAT(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = GATLayer(FEAT, 8, 4, True); self.l2 = GATLayer(32, C, 1, False)

    def forward(self, x):
        return self.l2(self.l1(x))


net = GAT()
opt = torch.optim.Adam(net.parameters(), lr=0.005, weight_decay=5e-4)
for ep in range(300):
    net.train()
    loss = F.cross_entropy(net(X)[tr], y[tr])
    opt.zero_grad(); loss.backward(); opt.step()
    if ep % 50 == 0:
        print(ep, "loss %.4f" % loss.item())
net.eval()
p = net(X).argmax(1)
print("test accuracy %.3f" % (p[te] == y[te]).float().mean().item())
