"""Course homework 2: classify sklearn digits with a small convnet."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)
        self.fc1 = nn.Linear(16 * 2 * 2, 32)
        self.fc2 = nn.Linear(32, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = F.relu(self.fc1(x.flatten(1)))
        return self.fc2(x)


class Trainer:
    def __init__(self, model, lr=0.008, momentum=0.95):
        self.model = model
        self.lr = lr
        self.momentum = momentum
        self.criterion = nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)

    def train_step(self, x, y):
        optimizer = self.optimizer
        optimizer.zero_grad()
        loss = self.criterion(self.model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    def fit(self, loader, epochs):
        self.model.train()
        for epoch in range(epochs):
            losses = [self.train_step(x, y) for x, y in loader]
            print(f"[{epoch + 1}/{epochs}] loss={sum(losses) / len(losses):.4f}")

    @torch.no_grad()
    def score(self, x, y):
        self.model.eval()
        return (self.model(x).argmax(1) == y).float().mean().item()


X, y = load_digits(return_X_y=True)
X = torch.tensor(X / 16.0, dtype=torch.float32).view(-1, 1, 8, 8)
y = torch.tensor(y)
tr, te = train_test_split(range(len(y)), test_size=0.2, random_state=SEED)
loader = DataLoader(TensorDataset(X[tr], y[tr]), batch_size=32, shuffle=True)

trainer = Trainer(Net())
trainer.fit(loader, epochs=10)
print(f"test accuracy: {trainer.score(X[te], y[te]):.3f}")
