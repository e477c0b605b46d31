import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

# ----- houses: rooms, distance to the centre, baths, car places, land, building area, year, lat, lon
n = 700
rooms = rng.choice([1, 2, 3, 4, 5], n, p=[.05, .27, .43, .2, .05])
dist = np.clip(rng.normal(10, 5.8, n), 1, 38)
bath = np.clip(rooms - rng.choice([0, 1, 2], n), 1, 4)
car = rng.choice([0, 1, 2, 3], n, p=[.1, .42, .42, .06])
land = np.exp(rng.normal(6.0, .6, n))
area = 40 * rooms + rng.normal(20, 20, n)
year = rng.randint(1890, 2017, n)
lat, lon = rng.normal(-37.8, .08, n), rng.normal(145.0, .1, n)
price = np.exp(13.0 + .22 * rooms - .033 * dist + .06 * bath + .0006 * area + .1 * np.log(land / 400) + rng.normal(0, .14, n))
X = np.stack([rooms, dist, bath, car, land, area, year, lat, lon], 1)
for col in range(X.shape[1]):
    scaler = StandardScaler().fit(X[:, col].reshape(-1, 1))
    X[:, col] = scaler.transform(X[:, col].reshape(-1, 1)).ravel()
y = price.reshape(-1, 1)
cut = int(.8 * n)


class Price(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.h1, self.h2, self.out = nn.Linear(d, 20), nn.Linear(20, 20), nn.Linear(20, 1)
        for m in (self.h1, self.h2):
            nn.init.xavier_normal_(m.weight); nn.init.zeros_(m.bias)
        nn.init.xavier_uniform_(self.out.weight); nn.init.zeros_(self.out.bias)

    def forward(self, x):
        return self.out(torch.tanh(self.h2(torch.tanh(self.h1(x)))))


X, y = torch.tensor(X, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)
net = Price(X.shape[1])
adam = torch.optim.Adam(net.parameters(), lr=1e-3, eps=1e-7)
for epoch in range(60):
    tot = 0.
    for i in torch.randperm(cut).split(16):
        loss = nn.functional.mse_loss(net(X[i]), y[i])
        adam.zero_grad(); loss.backward(); adam.step()
        tot += loss.item() * len(i)
    if epoch % 10 == 9:
        print("epoch %d loss %.6g" % (epoch + 1, tot / cut))
with torch.no_grad():
    p, t = net(X[cut:]), y[cut:]
    print("val MAE %.5g  r2 %.4f" % ((p - t).abs().mean().item(), (1 - ((p - t) ** 2).mean() / t.var(unbiased=False)).item()))
