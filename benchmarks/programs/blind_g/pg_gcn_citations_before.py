# GCN (Kipf & Welling) re-implementation, semi-supervised node classification on a
# stochastic block model that mimics a small citation network.
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)


def make_graph(n=600, k=4, p_in=0.08, p_out=0.01, dim=32):
    y = np.random.randint(0, k, n)
    same = y[:, None] == y[None, :]
    prob = np.where(same, p_in, p_out)
    a = np.triu(np.random.rand(n, n) < prob, 1)
    a = (a + a.T).astype(np.float32)
    centers = np.random.randn(k, dim) * 0.35
    x = centers[y] + np.random.randn(n, dim)
    return (torch.tensor(x, dtype=torch.float32), torch.tensor(a),
            torch.tensor(y, dtype=torch.long))


def normalize(a):
    a = a + torch.eye(a.size(0))
    d = a.sum(1).pow(-0.5)
    return d[:, None] * a * d[None, :]


class GraphConvolution(nn.Module):
    def __init__(self, fin, fout):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(fin, fout))
        self.bias = nn.Parameter(torch.zeros(fout))
        nn.init.xavier_uniform_(self.weight, gain=2 ** 0.5)

    def forward(self, x, adj):
        return adj @ (x @ self.weight) + self.bias


class GCN(nn.Module):
    def __init__(self, nfeat, nhid, nclass, nlayers):
        super().__init__()
        dims = [nfeat] + [nhid] * (nlayers - 1) + [nclass]
        self.gcs = nn.ModuleList(GraphConvolution(a, b) for a, b in zip(dims[:-1], dims[1:]))

    def forward(self, x, adj):
        for gc in self.gcs[:-1]:
            x = F.relu(gc(x, adj))
        return self.gcs[-1](x, adj)


x, a, y = make_graph()
adj = normalize(a)
perm = torch.randperm(len(y))
idx_train, idx_test = perm[:120], perm[240:]

model = GCN(32, 32, 4, nlayers=24)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)

for epoch in range(100):
    model.train()
    optimizer.zero_grad()
    out = model(x, adj)
    loss = F.cross_entropy(out[idx_train], y[idx_train])
    loss.backward()
    optimizer.step()
    if epoch % 20 == 0:
        acc = (out[idx_train].argmax(1) == y[idx_train]).float().mean()
        print(f"Epoch {epoch:03d} loss_train {loss.item():.4f} acc_train {acc:.3f}")

model.eval()
with torch.no_grad():
    acc = (model(x, adj)[idx_test].argmax(1) == y[idx_test]).float().mean()
print(f"Test set accuracy: {acc:.4f}")
