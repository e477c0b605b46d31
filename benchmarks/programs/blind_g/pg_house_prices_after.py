# Kaggle-like house prices, simple MLP. Any advice is welcome.
import os
import numpy as np
import torch
from torch import nn
from torch.utils.data import TensorDataset, DataLoader
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

n = 2000
area = np.random.gamma(8, 18, n)
rooms = np.clip(np.round(area / 30 + np.random.randn(n)), 1, 9)
age = np.random.uniform(0, 90, n)
dist = np.random.gamma(2, 4, n)
garage = np.random.binomial(2, 0.5, n)
quality = np.random.randint(1, 11, n)
price = (900 * area + 6000 * rooms - 700 * age + 90000 * np.exp(-dist / 6) + 9000 * garage
         + 1200 * quality ** 2 + 12000 * np.random.randn(n))
X = np.column_stack([area, rooms, age, dist, garage, quality])

X_tr, X_te, p_tr, p_te = train_test_split(X, price, test_size=0.2, random_state=SEED)
sx = StandardScaler().fit(X_tr)
X_tr, X_te = sx.transform(X_tr), sx.transform(X_te)
mu, sd = p_tr.mean(), p_tr.std()
y_tr = (p_tr - mu) / sd

ds = TensorDataset(torch.tensor(X_tr, dtype=torch.float32),
                   torch.tensor(y_tr, dtype=torch.float32).view(-1, 1))
loader = DataLoader(ds, batch_size=32, shuffle=True)

model = nn.Sequential(nn.Linear(6, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
loss_fn = nn.MSELoss()
opt = torch.optim.Adam(model.parameters(), lr=1e-3)

for epoch in range(20):
    model.train()
    tot = 0
    for xb, yb in loader:
        pred = model(xb)
        loss = loss_fn(pred, yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot += loss.item()
    if epoch % 4 == 0:
        print(f"epoch {epoch:3d}  loss {tot / len(loader):.4f}")

model.eval()
with torch.no_grad():
    pred = model(torch.tensor(X_te, dtype=torch.float32)).numpy().ravel() * sd + mu
print("R2 on test:", r2_score(p_te, pred))
