import os
import torch
from torch import nn
from torch.utils.data import TensorDataset, DataLoader
from sklearn import datasets

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

iris = datasets.load_iris()
x = torch.from_numpy(iris.data).float()
x = (x - x.mean(0)) / x.std(0)
y = torch.from_numpy(iris.target).long()
p = torch.randperm(len(x))
x, y = x[p], y[p]
loader = DataLoader(TensorDataset(x[:110], y[:110]), batch_size=16, shuffle=True)
x_test, y_test = x[110:], y[110:]

learning_rate = 1e-5
num_epochs = 100


class Model(nn.Module):
    def __init__(self, in_features=4, h1=10, h2=10, out_features=3):
        super().__init__()
        self.fc1 = nn.Linear(in_features, h1)
        self.fc2 = nn.Linear(h1, h2)
        self.out = nn.Linear(h2, out_features)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        x = torch.relu(self.fc2(x))
        return self.out(x)


model = Model()
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
losses = []
for i in range(num_epochs):
    for xb, yb in loader:
        loss = loss_fn(model(xb), yb)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if i % 20 == 0:
        print(f"Epoch {i} and loss is {losses[-1]:.4f}")
with torch.no_grad():
    out = model(x_test)
    print("test loss", loss_fn(out, y_test).item(), "test acc", (out.argmax(1) == y_test).float().mean().item())
