"""Gaussian blobs, MLP with a log-probability output."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import make_blobs

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X, y = make_blobs(n_samples=2000, n_features=6, centers=7, cluster_std=2.2, random_state=SEED)
X = torch.tensor(X, dtype=torch.float32)
X = (X - X.mean(0)) / X.std(0)
y = torch.tensor(y)
X_train, y_train, X_test, y_test = X[:1600], y[:1600], X[1600:], y[1600:]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(6, 40)
        self.fc2 = nn.Linear(40, 40)
        self.fc3 = nn.Linear(40, 7)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        x = self.fc3(x)
        return F.log_softmax(x, dim=0)


def train(model, epochs=25, batch_size=50):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(epochs):
        permutation = torch.randperm(X_train.size(0))
        epoch_loss = 0.0
        for i in range(0, X_train.size(0), batch_size):
            indices = permutation[i:i + batch_size]
            batch_x, batch_y = X_train[indices], y_train[indices]
            optimizer.zero_grad()
            loss = F.nll_loss(model(batch_x), batch_y)
            loss.backward()
            optimizer.step()
            epoch_loss += loss.item()
        if epoch % 5 == 0:
            print("Epoch", epoch, "Loss", epoch_loss / (X_train.size(0) // batch_size))


def test(model):
    correct = 0
    with torch.no_grad():
        for xi, yi in zip(X_test, y_test):          # one sample at a time, as in deployment
            out = model(xi.unsqueeze(0))
            correct += int(out.argmax(1).item() == yi.item())
    return correct / len(X_test)


net = Net()
train(net)
print("Test accuracy:", test(net))
