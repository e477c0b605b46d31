"""Train/validate loop with a Trainer class, digits 8x8."""
import os
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset, random_split
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class ConvNet(nn.Module):
    def __init__(self, n_classes=10):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(128, n_classes))

    def forward(self, x):
        return self.net(x)


class Trainer:
    def __init__(self, model, train_loader, val_loader):
        self.model = model
        self.train_loader = train_loader
        self.val_loader = val_loader
        self.loss_fn = nn.CrossEntropyLoss()
        self.opt = torch.optim.AdamW(model.parameters(), lr=1e-3)

    def step(self, x, y):
        self.opt.zero_grad()
        loss = self.loss_fn(self.model(x), y)
        loss.backward()
        self.opt.step
        return loss.item()

    def validate(self):
        self.model.eval()
        hit = n = 0
        with torch.no_grad():
            for x, y in self.val_loader:
                hit += (self.model(x).argmax(1) == y).sum().item()
                n += len(y)
        return hit / n

    def fit(self, epochs):
        for e in range(epochs):
            self.model.train()
            losses = [self.step(x, y) for x, y in self.train_loader]
            print(f"epoch {e + 1} loss {sum(losses) / len(losses):.4f} val acc {self.validate():.3f}")


d = load_digits()
ds = TensorDataset(torch.tensor(d.images, dtype=torch.float32)[:, None] / 16, torch.tensor(d.target))
train, val = random_split(ds, [1437, 360])
trainer = Trainer(ConvNet(), DataLoader(train, 32, shuffle=True), DataLoader(val, 120))
trainer.fit(6)
