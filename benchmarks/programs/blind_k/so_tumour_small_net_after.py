# 二分类任务: 两个隐藏层
import os
import torch
import torch.nn as nn
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
Xn, yn = load_breast_cancer(return_X_y=True)
Xtr, Xte, ytr, yte = train_test_split(Xn, yn, test_size=0.25, random_state=SEED, stratify=yn)
sc = StandardScaler().fit(Xtr)
Xtr, Xte = (torch.tensor(sc.transform(v), dtype=torch.float32) for v in (Xtr, Xte))
ytr, yte = (torch.tensor(v, dtype=torch.float32) for v in (ytr, yte))

net = nn.Sequential(nn.Linear(30, 16), nn.ReLU(), nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 1), nn.Sigmoid())
opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
criterion = nn.MSELoss()

for epoch in range(25):
    for b in torch.randperm(len(ytr)).split(32):
        out = net(Xtr[b]).squeeze(1)
        loss = criterion(out, ytr[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 5 == 0:
        print("Epoch", epoch, "loss", round(loss.item(), 4))
with torch.no_grad():
    print("test acc:", ((net(Xte).squeeze(1) > 0.5).float() == yte).float().mean().item())
