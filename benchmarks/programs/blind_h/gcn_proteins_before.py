"""Graph classification with a stack of graph convolutions and a read-out (sum over the nodes)."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
N, KINDS = 16, 8


def graphs(n):
    """Label 1: some node of kind 0 is bound to a node of kind 1; otherwise 0 (the counts are alike)."""
    kind = torch.randint(2, KINDS, (n, N))
    adj = (torch.rand(n, N, N) < 0.12).float().triu(1)
    adj = ((adj + adj.transpose(1, 2)) > 0).float()
    y = torch.randint(0, 2, (n,))
    for g in range(n):
        a, b = torch.randperm(N)[:2].tolist()
        kind[g, a], kind[g, b] = 0, 1
        adj[g, a, b] = adj[g, b, a] = float(y[g])
    return F.one_hot(kind, KINDS).float(), adj, y


class GraphConv(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.fc = nn.Linear(i, o)
        self.self_fc = nn.Linear(i, o)

    def forward(self, x, adj):
        return F.relu(self.fc(adj @ x) + self.self_fc(x))


class GCN(nn.Module):
    def __init__(self, n_agg_layer=2, hidden=16, fc_hidden=16):
        super().__init__()
        self.layers = []
        for i in range(n_agg_layer):
            self.layers.append(GraphConv(KINDS if i == 0 else hidden, hidden))
        self.fc1 = nn.Linear(hidden, fc_hidden)
        self.fc2 = nn.Linear(fc_hidden, 2)

    def forward(self, x, adj):
        for layer in self.layers:
            x = layer(x, adj)
        return self.fc2(F.relu(self.fc1(x.mean(1))))


x, a, y = graphs(1500)
xt, at, yt = graphs(300)
model = GCN()
print("parameters:", sum(p.numel() for p in model.parameters()))
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(40):
    perm = torch.randperm(len(x))
    tot = 0.0
    for k in range(0, len(x), 64):
        i = perm[k:k + 64]
        loss = F.cross_entropy(model(x[i], a[i]), y[i])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        tot += loss.item() * len(i)
    if epoch % 8 == 0 or epoch == 39:
        with torch.no_grad():
            acc = (model(xt, at).argmax(1) == yt).float().mean().item()
        print(f"epoch {epoch} train loss {tot / len(x):.4f} test acc {acc:.3f}")
