# GCN on a stochastic block model, semi-supervised
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
n, k = 300, 3
y = torch.arange(n) % k
p = torch.where(y[:, None] == y[None], 0.08, 0.015)
A = torch.triu((torch.rand(n, n) < p).float(), 1)
A = A + A.T
X = torch.randn(n, 16)
X[torch.arange(n), y] += 0.9
Ahat = A + torch.eye(n)
dinv = Ahat.sum(1).rsqrt()
Ahat = dinv[:, None] * Ahat * dinv[None]
train_mask = torch.zeros(n, dtype=torch.bool)
for c in range(k):
    idx = (y == c).nonzero().flatten()
    train_mask[idx[torch.randperm(len(idx))[:25]]] = True


class GraphConvolution(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(i, o))
        self.bias = nn.Parameter(torch.zeros(o))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x, adj):
        return adj @ (x @ self.weight) + self.bias


class GCN(nn.Module):
    def __init__(self, nfeat, nhid, nclass, dropout=0.5):
        super().__init__()
        self.gc1 = GraphConvolution(nfeat, nhid)
        self.gc2 = GraphConvolution(nhid, nclass)
        self.dropout = dropout

    def forward(self, x, adj):
        x = F.relu(self.gc1(x, adj))
        x = F.dropout(x, self.dropout, self.training)
        return F.log_softmax(self.gc2(x, adj), dim=1)


model = GCN(16, 16, k)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)
for epoch in range(200):
    model.train()
    optimizer.zero_grad()
    out = model(X, Ahat)
    loss = F.nll_loss(out[train_mask], y[train_mask])
    loss.backward()
    optimizer.step()
    if epoch % 40 == 0:
        print(f"Epoch: {epoch:04d} loss_train: {loss.item():.4f}")
model.eval()
with torch.no_grad():
    acc = (model(X, Ahat).argmax(1) == y)[~train_mask].float().mean().item()
print(f"Test set results: accuracy= {acc:.4f} (chance 0.33)")
