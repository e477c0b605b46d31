# denoise / compress 64-pixel digits, hyperparameters from a config dict
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
cfg = {"lr": 1e-3, "weight_decay": 1e-1, "batch": 64, "epochs": 25, "code": 16}

X = torch.tensor(load_digits().data / 16.0, dtype=torch.float32)
X = X[torch.randperm(len(X))]


class AE(nn.Module):
    def __init__(self, code):
        super().__init__()
        self.enc = nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, code), nn.ReLU())
        self.dec = nn.Sequential(nn.Linear(code, 48), nn.ReLU(), nn.Linear(48, 64), nn.Sigmoid())

    def forward(self, x):
        return self.dec(self.enc(x))


ae = AE(cfg["code"])
opt = torch.optim.Adam(ae.parameters(), lr=cfg["lr"], weight_decay=cfg["weight_decay"])
for ep in range(cfg["epochs"]):
    for xb in X[:1500].split(cfg["batch"]):
        loss = F.mse_loss(ae(xb), xb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    if ep % 5 == 0:
        print(ep, "loss", loss.item())
with torch.no_grad():
    test = X[1500:]
    print("test mse", F.mse_loss(ae(test), test).item(), "mse of the mean picture", F.mse_loss(X[:1500].mean(0).expand_as(test), test).item())
