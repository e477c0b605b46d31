import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class FeedForward(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:])])
        self.init_weights()

    def init_weights(self):
        for layer in self.layers:
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = F.relu(layer(x))
        return self.layers[-1](x)


X, y = load_digits(return_X_y=True)
X = torch.tensor(X, dtype=torch.float32) / 16
y = torch.tensor(y)
perm = torch.randperm(len(X))
tr, va = perm[:1500], perm[1500:]
net = FeedForward([64, 100, 50, 10])
opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
for epoch in range(10):
    idx = tr[torch.randperm(len(tr))]
    for b in idx.split(32):
        opt.zero_grad()
        loss = F.cross_entropy(net(X[b]), y[b])
        loss.backward()
        opt.step()
    with torch.no_grad():
        vl = F.cross_entropy(net(X[va]), y[va]).item()
        va_acc = (net(X[va]).argmax(1) == y[va]).float().mean().item()
    print(f"epoch {epoch} val_loss {vl:.4f} val_acc {va_acc:.4f}")
