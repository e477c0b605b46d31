# 先编码后分类:窄瓶颈特征 + 线性分类头
import os
import torch
import torch.nn as nn
from torch.utils.data import TensorDataset, DataLoader
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Backbone(nn.Module):
    def __init__(self, out_dim=6):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.ReLU(),
            nn.Flatten(),
            nn.Linear(64, out_dim),
        )

    def forward(self, x):
        return self.body(x)


class Classifier(nn.Module):
    def __init__(self, backbone, feat=6):
        super().__init__()
        self.backbone = backbone
        self.head = nn.Linear(feat, 10)

    def forward(self, x):
        # 特征提取
        z = self.backbone(x)
        return self.head(z)


X, y = load_digits(return_X_y=True)
X = (X.reshape(-1, 1, 8, 8) / 8.0 - 1).astype("float32")
Xa, Xb, ya, yb = train_test_split(X, y, test_size=0.3, random_state=0, stratify=y)
train_dl = DataLoader(TensorDataset(torch.from_numpy(Xa), torch.from_numpy(ya)), 64, shuffle=True)
Xb, yb = torch.from_numpy(Xb), torch.from_numpy(yb)

net = Classifier(Backbone())
opt = torch.optim.AdamW(net.parameters(), lr=4e-3)
lossf = nn.CrossEntropyLoss()
for epoch in range(15):
    net.train()
    s = 0.0
    for xb, tb in train_dl:
        opt.zero_grad()
        loss = lossf(net(xb), tb)
        loss.backward()
        opt.step()
        s += loss.item()
    if epoch % 3 == 0:
        print(f"第{epoch}轮 损失 {s / len(train_dl):.4f}")
net.eval()
with torch.no_grad():
    acc = (net(Xb).argmax(1) == yb).float().mean().item()
print(f"测试准确率 {acc:.3f}")
