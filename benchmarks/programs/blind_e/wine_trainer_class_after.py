import os
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split
from sklearn.datasets import load_wine

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Trainer:
    def __init__(self, model, train_dl, val_dl, lr):
        self.model, self.train_dl, self.val_dl = model, train_dl, val_dl
        self.opt = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
        self.crit = nn.CrossEntropyLoss()

    def validate(self):
        self.model.eval()
        ok = n = 0
        with torch.no_grad():
            for x, y in self.val_dl:
                ok += (self.model(x).argmax(1) == y).sum().item()
                n += len(y)
        return ok / n

    def train_epoch(self):
        self.model.train()
        s = 0.0
        for x, y in self.train_dl:
            loss = self.crit(self.model(x), y)
            self.opt.zero_grad()
            loss.backward()
            self.opt.step()
            s += loss.item()
        return s / len(self.train_dl)

    def run(self, epochs):
        print("before training: val acc %.3f" % self.validate())
        for e in range(epochs):
            loss = self.train_epoch()
            acc = self.validate()
            if e % 5 == 4:
                print("epoch %d loss %.4f val acc %.3f" % (e + 1, loss, acc))


wine = load_wine()
ds = TensorDataset(torch.tensor(wine.data).float(), torch.tensor(wine.target))
train_ds, val_ds = random_split(ds, [128, 50])
model = nn.Sequential(
    nn.BatchNorm1d(13), nn.Linear(13, 32), nn.BatchNorm1d(32), nn.ReLU(),
    nn.Linear(32, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 3),
)
Trainer(model, DataLoader(train_ds, 16, shuffle=True), DataLoader(val_ds, 50), lr=0.02).run(30)
