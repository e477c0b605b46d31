import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

# 16 columns of counters, 2 classes, one-hot
n = 800
scale = 10 ** np.random.uniform(1.0, 3.0, 16)
data = np.random.gamma(2.0, 1.0, (n, 16))
w = np.random.normal(0, 1, 16)
z = (data - 2.0) @ w / 4 + np.random.normal(0, 0.3, n)
Y = (z > np.median(z)).astype(int)
X = torch.tensor(data * scale, dtype=torch.float32)
X = (X - X.mean(0)) / X.std(0)
T = torch.eye(2)[torch.tensor(Y)]

model = nn.Sequential(nn.Linear(16, 64), nn.Tanh(), nn.Dropout(0.5), nn.Linear(64, 64), nn.Tanh(), nn.Dropout(0.5),
                      nn.Linear(64, 2), nn.Softmax(dim=1))
for m in model.modules():
    if isinstance(m, nn.Linear):
        nn.init.uniform_(m.weight, -0.05, 0.05)
        nn.init.zeros_(m.bias)
sgd = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)
mse = nn.MSELoss()
for epoch in range(20):
    model.train()
    perm = torch.randperm(640)
    tot = 0.0
    for i in range(0, 640, 16):
        b = perm[i:i + 16]
        sgd.zero_grad()
        loss = mse(model(X[b]), T[b])
        loss.backward()
        sgd.step()
        tot += loss.item() / 40
    model.eval()
    with torch.no_grad():
        acc = (model(X[640:]).argmax(1) == T[640:].argmax(1)).float().mean().item()
    if epoch % 4 == 3:
        print("epoch", epoch + 1, "loss %.4f acc %.3f" % (tot, acc))
