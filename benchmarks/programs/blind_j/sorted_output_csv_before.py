# 3 columns -> 0/1, columns as exported
import os
import numpy as np
import torch
from torch import nn
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)
n = 600
distance = np.random.uniform(20000, 90000, n)
height = np.random.uniform(1200, 4300, n)
angle = np.random.uniform(0, 360, n)
score = (distance - 55000) / 20000 + 1.2 * (height - 2750) / 900 + np.random.normal(0, 0.3, n)
X = np.stack([distance, height, angle], 1)
Y = (score > 0).astype(np.float32)
X_train, X_test, y_train, y_test = train_test_split(X, Y, test_size=0.33, random_state=7)
X_train, X_test = torch.tensor(X_train, dtype=torch.float32), torch.tensor(X_test, dtype=torch.float32)
y_train, y_test = torch.tensor(y_train)[:, None], torch.tensor(y_test)[:, None]

model = nn.Sequential(nn.Linear(3, 12), nn.ReLU(), nn.Linear(12, 3), nn.ReLU(), nn.Linear(3, 1), nn.Sigmoid())
for m in model:
    if isinstance(m, nn.Linear):
        nn.init.uniform_(m.weight, -0.05, 0.05)
        nn.init.zeros_(m.bias)
opt = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7)
bce = nn.BCELoss()
for epoch in range(40):
    perm = torch.randperm(len(X_train))
    for i in range(0, len(perm), 10):
        b = perm[i:i + 10]
        loss = bce(model(X_train[b]), y_train[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 10 == 9:
        with torch.no_grad():
            acc = ((model(X_test) > 0.5).float() == y_test).float().mean().item()
        print("epoch %d loss %.4f val_acc %.4f" % (epoch + 1, loss.item(), acc))
