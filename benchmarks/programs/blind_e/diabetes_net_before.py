import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from torch.utils.data import TensorDataset, DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X, y = load_diabetes(return_X_y=True, scaled=False)
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = (y - 152.0) / 77.0
X_train, X_test, y_train, y_test = map(
    lambda a: torch.tensor(a, dtype=torch.float32),
    train_test_split(X, y, test_size=0.25, random_state=SEED))

train_loader = DataLoader(TensorDataset(X_train, y_train), batch_size=32, shuffle=True)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(10, 32)
        self.fc2 = nn.Linear(32, 1)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x)))


model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
loss_fn = nn.MSELoss()
for epoch in range(25):
    for xb, yb in train_loader:
        pred = model(xb)
        loss = loss_fn(pred, yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print('epoch', epoch, 'train loss', loss.item())
with torch.no_grad():
    p = model(X_test).view(-1).numpy()
t = y_test.view(-1).numpy()
print("R2:", 1 - ((p - t) ** 2).mean() / t.var())
