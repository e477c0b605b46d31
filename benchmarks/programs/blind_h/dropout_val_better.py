# 训练损失一直高于验证损失，正常吗？（训练时 dropout 打开，验证时关闭）
import os
import torch
from torch import nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
X, y = load_digits(return_X_y=True)
p = torch.randperm(len(X))
X, y = torch.tensor(X, dtype=torch.float32)[p] / 16, torch.tensor(y)[p]
Xtr, ytr, Xva, yva = X[:1400], y[:1400], X[1400:], y[1400:]
net = nn.Sequential(
    nn.Linear(64, 128), nn.BatchNorm1d(128), nn.ReLU(), nn.Dropout(0.5),
    nn.Linear(128, 128), nn.BatchNorm1d(128), nn.ReLU(), nn.Dropout(0.5),
    nn.Linear(128, 10))
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
ce = nn.CrossEntropyLoss()
for epoch in range(15):
    net.train()
    perm, tot = torch.randperm(1400), 0.0
    for k in range(0, 1400, 50):
        i = perm[k:k + 50]
        loss = ce(net(Xtr[i]), ytr[i])
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot += loss.item() / 28
    net.eval()
    with torch.no_grad():
        out = net(Xva)
        print(f"epoch {epoch} train loss {tot:.4f} val loss {ce(out, yva).item():.4f} val acc {(out.argmax(1) == yva).float().mean().item():.3f}")
