# stage 1: head only, stage 2: everything
import os
import torch
from torch import nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
d = load_digits()
X = torch.tensor(d.data / 16.0, dtype=torch.float32)
Y = torch.tensor(d.target)
p = torch.randperm(len(X))
X, Y = X[p], Y[p]

backbone = nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 8), nn.ReLU())
old_head = nn.Linear(8, 2)
pre = torch.optim.Adam([*backbone.parameters(), *old_head.parameters()], lr=3e-3)
odd = (Y % 2)
for i in range(150):                    # source task: even / odd
    b = torch.randint(0, 1400, (64,))
    l = nn.functional.cross_entropy(old_head(backbone(X[b])), odd[b])
    pre.zero_grad()
    l.backward()
    pre.step()

model = nn.Sequential(backbone, nn.Linear(8, 10))
for q in backbone.parameters():
    q.requires_grad = False
optimizer = torch.optim.Adam(filter(lambda q: q.requires_grad, model.parameters()), lr=3e-3)
for epoch in range(16):
    if epoch == 2:
        for q in backbone.parameters():
            q.requires_grad = True
        optimizer.add_param_group({"params": backbone.parameters()})
        print("backbone is open now")
    order = torch.randperm(1400)
    for k in range(0, 1400, 64):
        b = order[k:k + 64]
        loss = nn.functional.cross_entropy(model(X[b]), Y[b])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        acc = (model(X[1400:]).argmax(1) == Y[1400:]).float().mean().item()
    print("epoch", epoch, "loss %.4f acc %.3f" % (loss.item(), acc))
