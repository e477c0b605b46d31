import os
import torch
from sklearn.datasets import load_diabetes
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X, y = load_diabetes(return_X_y=True)
X = (X - X.mean(0)) / X.std(0)
y = (y - y.mean()) / y.std()
X, y = torch.tensor(X, dtype=torch.float32), torch.tensor(y, dtype=torch.float32).view(-1, 1)

net = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
for p in net:
    if isinstance(p, nn.Linear):
        nn.init.kaiming_normal_(p.weight)
        nn.init.zeros_(p.bias)
opt = torch.optim.Adam(net.parameters(), lr=0.001, eps=1e-16)
mse = nn.MSELoss()
for epoch in range(60):
    for b in torch.randperm(400).split(32):
        loss = mse(net(X[b]), y[b]) + 1e-5 * sum((w ** 2).sum() for n, w in net.named_parameters() if n.endswith("weight"))
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 10 == 0:
        print("epoch", epoch, "loss", loss.item())
with torch.no_grad():
    res = 1 - mse(net(X[:400]), y[:400]) / y[:400].var()
print("train R2 %.3f" % res.item())
