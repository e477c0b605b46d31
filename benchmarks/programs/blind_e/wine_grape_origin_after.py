import os
import torch
import torch.nn as nn
from sklearn.datasets import load_wine

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Net(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.fc1 = nn.Linear(13, hidden)
        self.fc2 = nn.Linear(hidden, 3)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


model = Net()
criterion = nn.CrossEntropyLoss()

# final model
model = Net(hidden=40)
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)

wine = load_wine()
X = torch.tensor(wine.data, dtype=torch.float32)
X = (X - X.mean(0)) / X.std(0)
y = torch.tensor(wine.target)
perm = torch.randperm(len(X))
train, test = perm[:130], perm[130:]

for epoch in range(40):
    for batch in train[torch.randperm(len(train))].split(16):
        optimizer.zero_grad()
        loss = criterion(model(X[batch]), y[batch])
        loss.backward()
        optimizer.step()
    if epoch % 8 == 0:
        print("epoch %d loss %.4f" % (epoch, loss.item()))
with torch.no_grad():
    print("accuracy", (model(X[test]).argmax(1) == y[test]).float().mean().item())
