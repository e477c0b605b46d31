import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
d = load_digits()
x = torch.tensor(np.pad(np.kron(d.images / 16., np.ones((3, 3))), ((0, 0), (2, 2), (2, 2))), dtype=torch.float32)
t = torch.tensor(d.target)
perm = torch.randperm(len(x))
x, t = x[perm].reshape(-1, 784), t[perm]


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(784, 128), nn.Linear(128, 128), nn.Linear(128, 10)
        for l in (self.a, self.b, self.c):
            nn.init.xavier_uniform_(l.weight)
            nn.init.zeros_(l.bias)

    def forward(self, v):
        v = F.dropout(F.relu(self.a(v)), 0.5, self.training)
        v = F.dropout(F.relu(self.b(v)), 0.5, self.training)
        return F.log_softmax(self.c(v), 1)


net = MLP()
opt = torch.optim.RMSprop(net.parameters(), lr=0.001, alpha=0.9, eps=1e-7)
for epoch in range(12):
    net.train()
    tr = []
    for i in torch.randperm(1400).split(64):
        loss = F.nll_loss(net(x[i]), t[i])
        opt.zero_grad()
        loss.backward()
        opt.step()
        tr.append(loss.item())
    net.eval()
    with torch.no_grad():
        o = net(x[1400:])
        print("epoch %d train loss %.4f test loss %.4f test acc %.4f" % (epoch + 1, np.mean(tr), F.nll_loss(o, t[1400:]).item(), (o.argmax(1) == t[1400:]).float().mean()))
print("accuracy %.4f" % (o.argmax(1) == t[1400:]).float().mean())
