import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)

# ---- UCI adult, rebuilt column by column (14 columns, text ones as integer codes)
n = 3000
age = np.clip(rng.normal(38.6, 13.6, n), 17, 90)
workclass = rng.choice(9, n, p=[.056, .03, .064, .002, .697, .034, .076, .04, .001])
fnlwgt = np.exp(rng.normal(12.0, .5, n))
edunum = np.clip(np.round(rng.normal(10.1, 2.57, n)), 1, 16)
education = (edunum * 7 % 16).astype(int)
married = rng.random(n) < np.clip((age - 17) / 35, .05, .62)
marital = np.where(married, 2, rng.choice([0, 4, 4, 5, 6], n))
occupation = rng.integers(0, 15, n)
relation = np.where(married, 0, rng.integers(1, 6, n))
race = rng.choice(5, n, p=[.01, .03, .096, .009, .855])
sex = (rng.random(n) < .67).astype(int)
z = -3.9 + 2.3 * married + .42 * (edunum - 10) + .035 * (age - 38) + .6 * sex
hours = np.clip(rng.normal(40 + 2 * sex, 11, n), 1, 99)
z = z + .03 * (hours - 40) + 1.4
y = (z + .6 * rng.logistic(size=n) > 0).astype(int)
gain = np.where(rng.random(n) < .03 + .18 * y, np.exp(rng.normal(8.7, .6, n)), 0)
loss_col = np.where(rng.random(n) < .03 + .05 * y, rng.normal(1870, 380, n), 0)
country = np.where(rng.random(n) < .9, 39, rng.integers(0, 42, n))
X = np.stack([age, workclass, fnlwgt, education, edunum, marital, occupation, relation,
              race, sex, gain, loss_col, hours, country], axis=1).astype(np.float32)
Y = np.eye(2, dtype=np.float32)[y]

X, Y = torch.from_numpy(X), torch.from_numpy(Y)
model = nn.Sequential(nn.Linear(14, 21), nn.ReLU(), nn.Linear(21, 2), nn.Softmax(dim=-1))
for m in model.modules():
    if isinstance(m, nn.Linear):
        nn.init.xavier_uniform_(m.weight); nn.init.zeros_(m.bias)
opt = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)

def cce(p, t):
    return -(t * p.clamp(1e-7, 1 - 1e-7).log()).sum(-1).mean()

for epoch in range(50):
    tot, hit = 0., 0
    for idx in torch.randperm(n).split(100):
        p = model(X[idx])
        loss = cce(p, Y[idx])
        opt.zero_grad(); loss.backward(); opt.step()
        tot += loss.item() * len(idx)
        hit += (p.argmax(1) == Y[idx].argmax(1)).sum().item()
    if epoch % 10 == 9:
        print(f"Epoch {epoch + 1}/50 - loss: {tot / n:.4f} - acc: {hit / n:.4f}")
with torch.no_grad():
    acc = (model(X).argmax(1) == Y.argmax(1)).float().mean().item()
print(f"Accuracy: {acc:.4f}  (share of the larger class {max(y.mean(), 1 - y.mean()):.4f})")
