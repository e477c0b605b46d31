# 表格数据: 过程监控, 两类 (正常 / 异常)
import os
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_breast_cancer

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

X, y = load_breast_cancer(return_X_y=True)
# 室温由空调保持, 在这批数据里一直是 20 度
room = np.full((len(X), 1), 20.0)
X = np.hstack([X, room]).astype(np.float32)
idx = np.random.permutation(len(X))
tr, va = idx[:450], idx[450:]

means, stds = X[tr].mean(0), X[tr].std(0)
stds[stds == 0] = 1.0


def normalize(conts):
    conts = (conts - means[None]) / stds[None]
    return torch.from_numpy(conts)


train_ds = TensorDataset(normalize(X[tr]), torch.from_numpy(y[tr]))
valid_x, valid_y = normalize(X[va]), torch.from_numpy(y[va])

model = nn.Sequential(
    nn.Linear(31, 50), nn.ReLU(), nn.BatchNorm1d(50), nn.Dropout(0.1),
    nn.Linear(50, 20), nn.ReLU(), nn.BatchNorm1d(20), nn.Linear(20, 2),
)
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
loss_func = nn.CrossEntropyLoss()
for epoch in range(15):
    model.train()
    for xb, yb in DataLoader(train_ds, batch_size=32, shuffle=True, drop_last=True):
        loss = loss_func(model(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    model.eval()
    with torch.no_grad():
        acc = (model(valid_x).argmax(1) == valid_y).float().mean().item()
    print(f"{epoch:3d}  {loss.item():.5f}  accuracy {acc:.4f}")
