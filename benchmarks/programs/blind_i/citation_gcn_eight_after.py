# Semi-supervised node classification, --nbaseblocklayer 0 (two graph convolutions)
import argparse, math, os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

ap = argparse.ArgumentParser()
ap.add_argument("--nbaseblocklayer", type=int, default=0)
ap.add_argument("--hidden", type=int, default=32)
ap.add_argument("--lr", type=float, default=0.01)
ap.add_argument("--weight_decay", type=float, default=5e-4)
ap.add_argument("--epochs", type=int, default=200)
args = ap.parse_args()
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED); rng = np.random.RandomState(SEED)

N, C, FEAT = 420, 7, 200
label = rng.randint(0, C, N)
P = np.where(label[:, None] == label[None], 0.06, 0.004)
A = (rng.rand(N, N) < P).astype(float); A = np.triu(A, 1); A = A + A.T
X = (rng.rand(N, FEAT) < 0.02).astype(np.float32)
for i in range(N):
    X[i, label[i] * 20 + rng.randint(0, 20, 4)] = 1
X = X / np.maximum(X.sum(1, keepdims=True), 1)
A = A + np.eye(N)
d = A.sum(1) ** -0.5
adj = torch.tensor(d[:, None] * A * d[None], dtype=torch.float32)
X = torch.tensor(X); y = torch.tensor(label)
train = torch.cat([torch.where(y == c)[0][:15] for c in range(C)])
test = torch.arange(N)[~torch.isin(torch.arange(N), train)]


class GraphConvolution(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(i, o))
        self.bias = nn.Parameter(torch.empty(o))
        s = 1.0 / math.sqrt(o)
        nn.init.uniform_(self.weight, -s, s); nn.init.uniform_(self.bias, -s, s)

    def forward(self, h):
        return adj @ (h @ self.weight) + self.bias


class GCN(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = GraphConvolution(FEAT, args.hidden)
        self.mid = nn.ModuleList([GraphConvolution(args.hidden, args.hidden) for _ in range(args.nbaseblocklayer)])
        self.last = GraphConvolution(args.hidden, C)

    def forward(self, x):
        h = F.dropout(F.relu(self.first(x)), 0.5, self.training)
        for m in self.mid:
            h = F.dropout(F.relu(m(h)), 0.5, self.training)
        return self.last(h)


net = GCN()
opt = torch.optim.Adam(net.parameters(), lr=args.lr, weight_decay=args.weight_decay)
for ep in range(args.epochs):
    net.train()
    loss = F.cross_entropy(net(X)[train], y[train])
    opt.zero_grad(); loss.backward(); opt.step()
    if ep % 40 == 0:
        print("epoch %d loss %.4f" % (ep, loss.item()))
net.eval()
out = net(X).argmax(1)
print("train acc %.3f  test acc %.3f" % ((out[train] == y[train]).float().mean(), (out[test] == y[test]).float().mean()))
