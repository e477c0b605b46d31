#!/usr/bin/env python
# coding: utf-8
# In[1]: 门店销售额预测 (LSTM)
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

# In[2]: 生成两年的日销售额
days = np.arange(730)
sales = 42000 + 15 * days + 9000 * np.sin(2 * np.pi * days / 7) + 12000 * np.sin(2 * np.pi * days / 91)
sales = sales + rng.normal(0, 1500, size=len(days))

mean, std = sales[:600].mean(), sales[:600].std()
scaled = (sales - mean) / std

# In[3]: 滑动窗口
WINDOW = 21
X, Y = [], []
for i in range(len(sales) - WINDOW):
    X.append(scaled[i:i + WINDOW])
    Y.append(sales[i + WINDOW])
X = torch.tensor(np.array(X), dtype=torch.float32).unsqueeze(-1)
Y = torch.tensor(np.array(Y), dtype=torch.float32).unsqueeze(-1)
n_train = 580
X_train, Y_train, X_test, Y_test = X[:n_train], Y[:n_train], X[n_train:], Y[n_train:]


# In[4]: 模型
class SalesLSTM(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.lstm = nn.LSTM(1, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, 1)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(out[:, -1])


model = SalesLSTM()
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)

# In[5]: 训练
for epoch in range(25):
    perm = torch.randperm(n_train)
    epoch_loss = 0.0
    for i in range(0, n_train, 32):
        b = perm[i:i + 32]
        optimizer.zero_grad()
        loss = criterion(model(X_train[b]), Y_train[b])
        loss.backward()
        optimizer.step()
        epoch_loss += loss.item() * len(b)
    if epoch % 5 == 0:
        print(f"Epoch {epoch}, loss {epoch_loss / n_train:.4f}")

# In[6]: 测试
with torch.no_grad():
    p = model(X_test)
    r2 = 1 - ((p - Y_test) ** 2).sum() / ((Y_test - Y_test.mean()) ** 2).sum()
print("test R2:", round(r2.item(), 3))
