# 自编码器: 编码器和解码器是两个独立的模块
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 32)
        self.fc2 = nn.Linear(32, 8)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x)))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(8, 32)
        self.fc2 = nn.Linear(32, 64)

    def forward(self, z):
        return torch.sigmoid(self.fc2(F.relu(self.fc1(z))))


data = torch.tensor(load_digits().data / 16.0, dtype=torch.float32)
data = data[torch.randperm(len(data))]
loader = DataLoader(data[:1500], batch_size=30, shuffle=True)
enc, dec = Encoder(), Decoder()
# 优化器
optimizer = torch.optim.Adam(enc.parameters(), lr=1e-3)

for epoch in range(20):
    for x in loader:
        out = dec(enc(x))
        loss = F.mse_loss(out, x)
        optimizer.zero_grad()
        dec.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 5 == 4:
        print("epoch", epoch + 1, "loss: %.4f" % loss.item())

with torch.no_grad():
    held = data[1500:]
    rec = dec(enc(held))
    print("held-out mse %.4f (mean image %.4f)" % (F.mse_loss(rec, held), held.var(0).mean()))
