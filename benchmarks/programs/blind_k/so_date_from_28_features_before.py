# 28 measurements -> the six fields of a time stamp (year offset, month, day, hour, minute, second)
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rs = np.random.RandomState(SEED)

n = 700
Y = np.stack([rs.randint(0, 18, n), rs.randint(1, 13, n), rs.randint(1, 29, n),
              rs.randint(0, 24, n), rs.randint(0, 60, n), rs.randint(0, 60, n)], 1).astype("float32")
mix = np.random.RandomState(3).randn(6, 28)
X = (Y - Y.mean(0)) / Y.std(0) @ mix / 2.5 + 0.2 * rs.randn(n, 28)
X, Y = torch.tensor(X, dtype=torch.float32), torch.tensor(Y)
Xtr, Ytr, Xva, Yva = X[:595], Y[:595], X[595:], Y[595:]


def dense(a, b):
    lin = nn.Linear(a, b)
    nn.init.normal_(lin.weight, 0.0, 0.05)
    nn.init.zeros_(lin.bias)
    return lin


model = nn.Sequential(dense(28, 20), nn.ReLU(), dense(20, 15), nn.ReLU(), dense(15, 6), nn.ReLU(),
                      dense(6, 6), nn.Sigmoid())
mae = nn.L1Loss()
opt = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7)
for epoch in range(100):
    perm = torch.randperm(len(Xtr))
    for b in perm.split(32):
        opt.zero_grad()
        loss = mae(model(Xtr[b]), Ytr[b])
        loss.backward()
        opt.step()
    if epoch % 10 == 9:
        with torch.no_grad():
            print("epoch", epoch + 1, "loss", loss.item(), "val_loss", mae(model(Xva), Yva).item())
with torch.no_grad():
    base = mae(Ytr.median(0).values.expand_as(Yva), Yva).item()
    print("val mae %.3f, constant predictor %.3f" % (mae(model(Xva), Yva).item(), base))
