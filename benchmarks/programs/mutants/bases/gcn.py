import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

N, C, D = 300, 4, 24
labels = torch.randint(0, C, (N,))
same = labels[:, None] == labels[None, :]
prob = torch.where(same, torch.tensor(0.08), torch.tensor(0.012))
upper = torch.triu((torch.rand(N, N) < prob).float(), 1)
adj = upper + upper.t() + torch.eye(N)
deg = adj.sum(1)
norm_adj = adj / torch.sqrt(deg[:, None] * deg[None, :])
centers = torch.randn(C, D) * 0.5
features = centers[labels] + torch.randn(N, D)
order = torch.randperm(N)
idx_train, idx_test = order[:140], order[140:]


class GraphConvolution(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(in_features, out_features))
        self.bias = nn.Parameter(torch.zeros(out_features))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x, a):
        return a @ (x @ self.weight) + self.bias


class GCN(nn.Module):
    def __init__(self, nfeat, nhid, nclass, dropout):
        super().__init__()
        self.gc1 = GraphConvolution(nfeat, nhid)
        self.gc2 = GraphConvolution(nhid, nclass)
        self.dropout = dropout

    def forward(self, x, a):
        x = F.relu(self.gc1(x, a))
        x = F.dropout(x, self.dropout, training=self.training)
        x = self.gc2(x, a)
        return F.log_softmax(x, dim=1)


model = GCN(D, 32, C, dropout=0.3)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)

for epoch in range(200):
    model.train()
    optimizer.zero_grad()
    output = model(features, norm_adj)
    loss_train = F.nll_loss(output[idx_train], labels[idx_train])
    loss_train.backward()
    optimizer.step()
    if epoch % 40 == 0:
        print("Epoch: {:04d} loss_train: {:.4f}".format(epoch, loss_train.item()))

model.eval()
with torch.no_grad():
    out = model(features, norm_adj)
acc = (out[idx_test].argmax(1) == labels[idx_test]).float().mean().item()
chance = torch.bincount(labels[idx_test]).max().item() / len(idx_test)
print("METRIC", acc, "CHANCE", chance)
