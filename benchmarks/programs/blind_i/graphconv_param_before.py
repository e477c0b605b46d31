# own graph convolution layer, karate-like communities
import os
import numpy as np
import torch
import torch.nn as nn
from torch.nn.parameter import Parameter

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED); rs = np.random.RandomState(SEED)

n, k = 120, 4
com = np.repeat(np.arange(k), n // k)
prob = np.where(com[:, None] == com[None, :], 0.25, 0.02)
adj = np.triu(rs.rand(n, n) < prob, 1).astype(float)
adj = adj + adj.T + np.eye(n)
deg = adj.sum(1)
a_hat = torch.FloatTensor(adj / np.sqrt(deg[:, None] * deg[None, :]))
feats = torch.eye(n)                       # no node features: identity
labels = torch.LongTensor(com)
known = torch.LongTensor(np.concatenate([rs.permutation(np.flatnonzero(com == c))[:5] for c in range(k)]))


class GraphConv(nn.Module):
    def __init__(self, in_dim, out_dim):
        super(GraphConv, self).__init__()
        self.weight = Parameter(torch.ones(in_dim, out_dim) / in_dim)
        self.bias = Parameter(torch.zeros(out_dim))

    def forward(self, x):
        return torch.mm(a_hat, torch.mm(x, self.weight)) + self.bias


class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.gc1 = GraphConv(n, 16)
        self.gc2 = GraphConv(16, k)

    def forward(self, x):
        return self.gc2(torch.relu(self.gc1(x)))


net = Net()
opt = torch.optim.Adam(net.parameters(), lr=0.01)
ce = nn.CrossEntropyLoss()
for epoch in range(400):
    opt.zero_grad()
    loss = ce(net(feats)[known], labels[known])
    loss.backward()
    opt.step()
    if epoch % 50 == 0:
        print(f"epoch {epoch:3d} | loss {loss.item():.4f}")
pred = net(feats).argmax(1)
print("accuracy over all nodes", (pred == labels).float().mean().item())
