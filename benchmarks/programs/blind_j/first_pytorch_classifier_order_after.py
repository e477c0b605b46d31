import os
import torch
import torch.nn as nn
import torch.optim as optim
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

data = load_wine()
X = torch.tensor(StandardScaler().fit_transform(data.data), dtype=torch.float)
Y = torch.tensor(data.target)
perm = torch.randperm(len(X))
X, Y = X[perm], Y[perm]
loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(X[:130], Y[:130]), batch_size=10, shuffle=True)


class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.fc1 = nn.Linear(13, 32)
        self.fc2 = nn.Linear(32, 32)
        self.fc3 = nn.Linear(32, 3)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        x = torch.relu(self.fc2(x))
        return self.fc3(x)


net = Net()
criterion = nn.CrossEntropyLoss()
optimizer = optim.SGD(net.parameters(), lr=0.01, momentum=0.9)

for epoch in range(30):
    running_loss = 0.0
    for i, (inputs, labels) in enumerate(loader, 0):
        # forward + backward + optimize
        outputs = net(inputs)
        loss = criterion(outputs, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        running_loss += loss.item()
    if epoch % 5 == 4:
        print("[%d] loss: %.3f" % (epoch + 1, running_loss / len(loader)))

with torch.no_grad():
    correct = (net(X[130:]).argmax(1) == Y[130:]).float().mean().item()
print("Accuracy of the network on the test rows: %.1f %%" % (100 * correct))
