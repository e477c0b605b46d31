# graph convolution from scratch on a stochastic block model
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

N, C, FEAT = 240, 4, 24
label = torch.arange(N) % C
prob = torch.where(label[:, None] == label[None, :], 0.10, 0.012)
A = (torch.rand(N, N) < prob).float().triu(1)
A = A + A.T
feat = torch.randn(N, FEAT)
feat[torch.arange(N), label] += 1.0
A_hat = A + torch.eye(N)
dinv = A_hat.sum(1).pow(-0.5)
A_norm = dinv[:, None] * A_hat * dinv[None, :]


class GraphConv(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(i, o))
        self.bias = nn.Parameter(torch.zeros(o))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, adj, h):
        return adj @ (h @ self.weight) + self.bias


class GCN(nn.Module):
    def __init__(self, hid=32, n_layers=24):
        super().__init__()
        dims = [FEAT] + [hid] * (n_layers - 1) + [C]
        self.convs = nn.ModuleList(GraphConv(a, b) for a, b in zip(dims[:-1], dims[1:]))

    def forward(self, adj, h):
        for k, conv in enumerate(self.convs):
            h = conv(adj, h)
            if k < len(self.convs) - 1:
                h = F.relu(h)
        return h


idx = torch.randperm(N)
train_idx, test_idx = idx[:100], idx[100:]
model = GCN()
opt = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)
for epoch in range(150):
    model.train()
    logits = model(A_norm, feat)
    loss = F.cross_entropy(logits[train_idx], label[train_idx])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if epoch % 30 == 0:
        print(f"epoch {epoch} loss {loss.item():.4f}")
model.eval()
with torch.no_grad():
    pred = model(A_norm, feat).argmax(1)
    a_tr = (pred[train_idx] == label[train_idx]).float().mean().item()
    a_te = (pred[test_idx] == label[test_idx]).float().mean().item()
print(f"train acc {a_tr:.3f} test acc {a_te:.3f}")
