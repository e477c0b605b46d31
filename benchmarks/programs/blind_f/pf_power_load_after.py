# predict building power load from weather + calendar, company internal script (simplified)
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


def load_frame(n=2000):
    temp = np.random.uniform(-10, 35, n)
    hour = np.random.uniform(0, 24, n)
    weekend = (np.random.rand(n) < 2 / 7).astype(float)
    humid = np.random.uniform(20, 90, n)
    heating = np.maximum(15 - temp, 0) * 1.2
    cooling = np.maximum(temp - 22, 0) * (1 + humid / 60)
    office = np.exp(-((hour - 13) / 4) ** 2) * 20 * (1 - 0.8 * weekend)
    load = 10 + heating + cooling + office + np.random.randn(n)
    feats = np.stack([temp, hour, weekend, humid], axis=1)
    return feats, load


def init_weights(m):
    if isinstance(m, nn.Linear):
        nn.init.xavier_uniform_(m.weight)
        nn.init.zeros_(m.bias)


class LoadModel(nn.Module):
    def __init__(self, n_in, hidden=(64, 32)):
        super().__init__()
        self.l1 = nn.Linear(n_in, hidden[0])
        self.l2 = nn.Linear(hidden[0], hidden[1])
        self.l3 = nn.Linear(hidden[1], 1)

    def forward(self, x):
        x = torch.tanh(self.l1(x))
        x = torch.tanh(self.l2(x))
        return self.l3(x)


feats, load = load_frame()
feats = (feats - feats.mean(0)) / feats.std(0)
load = (load - load.mean()) / load.std()
X = torch.as_tensor(feats, dtype=torch.float32)
y = torch.as_tensor(load, dtype=torch.float32)[:, None]
X_tr, X_te, y_tr, y_te = X[:1600], X[1600:], y[:1600], y[1600:]

model = LoadModel(4)
model.apply(init_weights)
optim = torch.optim.Adam(model.parameters(), lr=5e-3)
criterion = nn.SmoothL1Loss()

for epoch in range(24):
    perm = torch.randperm(1600)
    agg = 0
    for chunk in perm.split(64):
        optim.zero_grad()
        loss = criterion(model(X_tr[chunk]), y_tr[chunk])
        loss.backward()
        optim.step()
        agg += loss.item()
    if (epoch + 1) % 4 == 0:
        print("epoch", epoch + 1, "smooth-l1", round(agg / 25, 4))
with torch.no_grad():
    r2 = 1 - ((model(X_te) - y_te) ** 2).sum() / ((y_te - y_te.mean()) ** 2).sum()
print("R2 holdout:", round(r2.item(), 3))
