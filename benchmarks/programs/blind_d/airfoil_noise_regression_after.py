"""Predict the noise level from five measurements. First network I ever wrote."""
import os
import torch
from torch import nn
from sklearn.datasets import make_friedman1
from sklearn.preprocessing import StandardScaler
from sklearn.metrics import r2_score

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

data, target = make_friedman1(n_samples=2000, n_features=8, noise=0.5, random_state=SEED)
data = StandardScaler().fit_transform(data)
target = (target - target.mean()) / target.std()

x = torch.from_numpy(data).float()
y = torch.from_numpy(target).float()
x_tr, y_tr = x[:1600], y[:1600]
x_va, y_va = x[1600:], y[1600:]

net = nn.Sequential(
    nn.Linear(8, 64),
    nn.ReLU(),
    nn.Linear(64, 64),
    nn.ReLU(),
    nn.Linear(64, 1),
)
opt = torch.optim.Adam(net.parameters(), lr=0.003)
loss_fn = nn.MSELoss()

BATCH = 50
for epoch in range(25):
    perm = torch.randperm(len(x_tr))
    total = 0.0
    for i in range(0, len(x_tr), BATCH):
        idx = perm[i:i + BATCH]
        pred = net(x_tr[idx]).squeeze(1)
        loss = loss_fn(pred, y_tr[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item()
    if epoch % 5 == 0 or epoch == 24:
        with torch.no_grad():
            p = net(x_va)
        print("epoch", epoch, "train loss", total / (len(x_tr) // BATCH),
              "| pred range", p.min().item(), p.max().item())

with torch.no_grad():
    p = net(x_va).squeeze(1)
print("R2 on validation:", r2_score(y_va.numpy(), p.numpy()))
