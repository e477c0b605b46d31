import argparse
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

parser = argparse.ArgumentParser(description="colour-biased digits")
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--mbs", type=int, default=32)
parser.add_argument("--epochs", type=int, default=8)
args = parser.parse_args()
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

d = load_digits()
img = torch.tensor(d.images / 16.0, dtype=torch.float32)
lab = torch.tensor(d.target)
perm = torch.randperm(len(lab))
img, lab = img[perm], lab[perm]
# three colour channels, mildly correlated with the label
tint = torch.rand(len(lab), 3) * 0.6 + 0.4
x = (img[:, None] * tint[:, :, None, None] - 0.3) / 0.36
tr, te = slice(0, 1300), slice(1300, None)


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.b1 = nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16)
        self.c2, self.b2 = nn.Conv2d(16, 24, 3, padding=1), nn.BatchNorm2d(24)
        self.fc = nn.Linear(24 * 4, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.b1(self.c1(x))), 2)
        x = F.max_pool2d(F.relu(self.b2(self.c2(x))), 2)
        return self.fc(x.flatten(1))


model = CNN()
optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9, weight_decay=1e-4)


def train(epoch):
    model.train()
    correct = total = 0
    optimizer.zero_grad()
    for idx in torch.randperm(1300).split(args.mbs):
        xb, yb = x[tr][idx], lab[tr][idx]
        out = model(xb)
        loss = F.cross_entropy(out, yb)
        loss.backward()
        optimizer.step()
        correct += (out.argmax(1) == yb).sum().item()
        total += len(yb)
    print(f"epoch {epoch} loss {loss.item():.3f} train acc {correct / total:.3f}")


def test():
    model.eval()
    with torch.no_grad():
        return (model(x[te]).argmax(1) == lab[te]).float().mean().item()


for epoch in range(args.epochs):
    train(epoch)
print("test accuracy", round(test(), 4))
