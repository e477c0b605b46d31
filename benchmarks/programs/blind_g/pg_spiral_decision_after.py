# Notebook export: three-arm spiral classification
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

# In[1]: data
N, K = 300, 3
X = np.zeros((N * K, 2), dtype=np.float32)
y = np.zeros(N * K, dtype=np.int64)
for j in range(K):
    r = np.linspace(0.05, 1, N)
    t = np.linspace(j * 4, (j + 1) * 4, N) + np.random.randn(N) * 0.15
    X[j * N:(j + 1) * N] = np.c_[r * np.sin(t), r * np.cos(t)]
    y[j * N:(j + 1) * N] = j
perm = np.random.permutation(N * K)
X, y = torch.tensor(X[perm]), torch.tensor(y[perm])
X_train, X_val, y_train, y_val = X[:700], X[700:], y[:700], y[700:]


# In[2]: model
class SpiralNet(nn.Module):
    def __init__(self, hidden=64):
        super().__init__()
        self.fc1 = nn.Linear(2, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.fc3 = nn.Linear(hidden, 3)
        self.relu = nn.ReLU()

    def forward(self, x):
        x = self.relu(self.fc1(x))
        x = self.relu(self.fc2(x))
        x = self.fc3(x)
        return x


model = SpiralNet()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)

# In[3]: train
history = []
for epoch in range(60):
    model.train()
    for idx in torch.randperm(len(X_train)).split(50):
        optimizer.zero_grad()
        loss = criterion(model(X_train[idx]), y_train[idx])
        loss.backward()
        optimizer.step()
    history.append(loss.item())
    if epoch % 10 == 0:
        print("Epoch", epoch, "Loss", round(loss.item(), 4))

# In[4]: validation
model.eval()
with torch.no_grad():
    acc = (model(X_val).argmax(1) == y_val).float().mean()
print("val acc:", acc.item())
