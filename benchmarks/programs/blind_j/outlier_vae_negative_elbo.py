import os
import torch
from torch import nn
from sklearn.datasets import load_breast_cancer

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
x = torch.tensor(load_breast_cancer().data, dtype=torch.float32)
lo, hi = x.min(0).values, x.max(0).values
x = ((x - lo) / (hi - lo))[torch.randperm(len(x))]
enc = nn.Sequential(nn.Linear(30, 40), nn.ReLU(), nn.Linear(40, 12))
dec = nn.Sequential(nn.Linear(6, 40), nn.ReLU(), nn.Linear(40, 30), nn.Sigmoid())
opt = torch.optim.Adam([*enc.parameters(), *dec.parameters()], lr=2e-3)
sd = 0.05
for epoch in range(40):
    perm = torch.randperm(480)
    for k in range(0, 480, 32):
        xb = x[perm[k:k + 32]]
        mu, lv = enc(xb).chunk(2, 1)
        z = mu + torch.randn_like(mu) * (0.5 * lv).exp()
        nll = -torch.distributions.Normal(dec(z), sd).log_prob(xb).sum(1)
        loss = (nll - 0.5 * (1 + lv - mu ** 2 - lv.exp()).sum(1)).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 8 == 7:
        print(epoch + 1, "loss %.2f" % loss.item())
with torch.no_grad():
    r = dec(enc(x[480:])[:, :6])
    print("mse / variance: %.3f" % (((r - x[480:]) ** 2).mean() / (x[480:] - x[:480].mean(0)).pow(2).mean()).item())
