"""Pretrain on digits 0-4, fine-tune a new head on digits 5-9 with the backbone frozen."""
import os
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X, y = load_digits(return_X_y=True)
X = torch.tensor(X / 16.0, dtype=torch.float32)
y = torch.tensor(y)


class Net(nn.Module):
    def __init__(self, n_classes):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU())
        self.fc = nn.Linear(64, n_classes)

    def forward(self, x):
        return self.fc(self.backbone(x))


def fit(model, optimizer, X, y, epochs, name):
    loss_fn = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        model.train()
        perm = torch.randperm(len(X))
        tot = 0.0
        for i in range(0, len(X), 32):
            b = perm[i:i + 32]
            optimizer.zero_grad()
            loss = loss_fn(model(X[b]), y[b])
            loss.backward()
            optimizer.step()
            tot += loss.item() * len(b)
        if epoch % 5 == 0:
            print(name, "epoch", epoch, "loss %.4f" % (tot / len(X)))


def accuracy(model, X, y):
    with torch.no_grad():
        return (model(X).argmax(1) == y).float().mean().item()


small, big = y < 5, y >= 5
model = Net(5)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
fit(model, optimizer, X[small], y[small], 4, "pretrain")
print("pretrain accuracy %.3f" % accuracy(model, X[small], y[small]))

# ---- transfer ----
for p in model.backbone.parameters():
    p.requires_grad = False
model.fc = nn.Linear(64, 5)
optimizer = torch.optim.Adam(filter(lambda p: p.requires_grad, model.parameters()), lr=3e-3)
Xtr, Xte, ytr, yte = train_test_split(X[big], y[big] - 5, test_size=0.3, random_state=SEED)
fit(model, optimizer, Xtr, ytr, 25, "finetune")
print("fine-tuned test accuracy %.3f" % accuracy(model, Xte, yte))
