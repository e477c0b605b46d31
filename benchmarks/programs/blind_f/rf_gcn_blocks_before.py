"""GCN (Kipf & Welling) from scratch on a stochastic block model, semi-supervised."""
import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def make_sbm(n=240, k=6, p_in=0.12, p_out=0.012, dim=32):
    y = torch.arange(n) % k
    same = y[:, None] == y[None, :]
    prob = torch.where(same, torch.tensor(p_in), torch.tensor(p_out))
    upper = torch.triu((torch.rand(n, n) < prob).float(), 1)
    adj = upper + upper.T
    centres = torch.randn(k, dim) * 0.5
    x = centres[y] + torch.randn(n, dim)
    return adj, x, y


def normalise(adj):
    a = adj + torch.eye(adj.size(0))
    d = a.sum(1).rsqrt()
    return d[:, None] * a * d[None, :]


class GraphConvolution(nn.Module):
    def __init__(self, d_in, d_out):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(d_in, d_out))
        self.bias = nn.Parameter(torch.empty(d_out))
        self.reset_parameters()

    def reset_parameters(self):
        bound = math.sqrt(3.0 / self.weight.size(0))
        nn.init.uniform_(self.weight, -bound, bound)
        nn.init.zeros_(self.bias)

    def forward(self, x, a_hat):
        return a_hat @ (x @ self.weight) + self.bias


class GCN(nn.Module):
    def __init__(self, d_in, d_hidden, n_classes, dropout=0.3):
        super().__init__()
        self.gc1 = GraphConvolution(d_in, d_hidden)
        self.gc2 = GraphConvolution(d_hidden, n_classes)
        self.dropout = dropout

    def forward(self, x, a_hat):
        h = F.relu(self.gc1(x, a_hat))
        h = F.dropout(h, self.dropout, self.training)
        out = self.gc2(h, a_hat)
        return out


adj, x, y = make_sbm()
a_hat = normalise(adj)
perm = torch.randperm(len(y))
idx_train, idx_test = perm[:90], perm[90:]

model = GCN(x.size(1), 32, 6)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)
for epoch in range(300):
    model.train()
    optimizer.zero_grad()
    output = model(x, a_hat)
    loss = F.nll_loss(output[idx_train], y[idx_train])
    loss.backward()
    optimizer.step()
    if epoch % 50 == 0:
        acc = (output[idx_train].argmax(1) == y[idx_train]).float().mean()
        print(f"Epoch {epoch:03d} loss_train {loss.item():.4f} acc_train {acc:.3f}")

model.eval()
with torch.no_grad():
    pred = model(x, a_hat)[idx_test].argmax(1)
print(f"test accuracy {(pred == y[idx_test]).float().mean():.3f}")
