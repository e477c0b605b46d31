import os
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
CONFIG = dict(layers=9, units=32, activation=nn.Sigmoid, lr=0.001, batch=32, epochs=10)

x, t = load_digits(return_X_y=True)
x = torch.tensor(x / 16.0, dtype=torch.float32)
t = torch.tensor(t)
p = torch.randperm(len(x))
xtr, ttr, xte, tte = x[p[:1400]], t[p[:1400]], x[p[1400:]], t[p[1400:]]


def build(cfg):
    mods, n = [], 64
    for _ in range(cfg["layers"]):
        mods += [nn.Linear(n, cfg["units"]), cfg["activation"]()]
        n = cfg["units"]
    mods.append(nn.Linear(n, 10))
    net = nn.Sequential(*mods)
    for m in net:
        if isinstance(m, nn.Linear):
            nn.init.kaiming_uniform_(m.weight, nonlinearity="relu")
            nn.init.zeros_(m.bias)
    return net


net = build(CONFIG)
optimizer = torch.optim.Adam(net.parameters(), lr=CONFIG["lr"], eps=1e-7)
for epoch in range(CONFIG["epochs"]):
    perm = torch.randperm(len(xtr))
    for k in range(0, len(perm), CONFIG["batch"]):
        b = perm[k:k + CONFIG["batch"]]
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(xtr[b]), ttr[b])
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        print(epoch, "loss %.4f" % loss.item(), "val_acc %.3f" % (net(xte).argmax(1) == tte).float().mean().item())
