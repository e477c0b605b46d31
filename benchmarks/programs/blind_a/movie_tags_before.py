"""Predict several tags for one item (each item may have zero to many)."""
import os
import argparse
import torch
from torch import nn
from torch.utils.data import TensorDataset, DataLoader
from sklearn.datasets import make_multilabel_classification
from sklearn.metrics import f1_score

SEED = int(os.environ.get("SEED", "0"))

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=25)
parser.add_argument("--lr", type=float, default=2e-3)
parser.add_argument("--hidden", type=int, default=64)
parser.add_argument("--tags", type=int, default=6)
args = parser.parse_args()

torch.manual_seed(SEED)


def get_data():
    x, y = make_multilabel_classification(
        n_samples=2400, n_features=30, n_classes=args.tags, n_labels=3,
        length=200, allow_unlabeled=True, random_state=0)
    x = torch.tensor(x, dtype=torch.float32)
    x = (x - x.mean(0)) / (x.std(0) + 1e-6)
    y = torch.tensor(y, dtype=torch.float32)
    return (x[:2000], y[:2000]), (x[2000:], y[2000:])


class Tagger(nn.Module):
    def __init__(self, d_in, d_hidden, n_tags):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(d_in, d_hidden), nn.ReLU(), nn.Dropout(0.1))
        self.head = nn.Linear(d_hidden, n_tags)
        self.act = nn.Softmax(dim=1)

    def forward(self, x):
        return self.act(self.head(self.body(x)))


train, test = get_data()
loader = DataLoader(TensorDataset(*train), batch_size=64, shuffle=True)
model = Tagger(30, args.hidden, args.tags)
opt = torch.optim.Adam(model.parameters(), lr=args.lr)
bce = nn.BCELoss()

for epoch in range(args.epochs):
    model.train()
    s = 0.0
    for x, y in loader:
        opt.zero_grad()
        loss = bce(model(x), y)
        loss.backward()
        opt.step()
        s += loss.item()
    if (epoch + 1) % 5 == 0:
        print(f"[{epoch + 1}/{args.epochs}] bce {s / len(loader):.4f}")

model.eval()
with torch.no_grad():
    pred = (model(test[0]) > 0.5).int().numpy()
truth = test[1].int().numpy()
print("exact match %.3f (most frequent set %.3f)" % (
    (pred == truth).all(1).mean(), max((truth == t).all(1).mean() for t in truth)))
print("micro F1 %.3f  macro F1 %.3f" % (
    f1_score(truth, pred, average="micro", zero_division=0),
    f1_score(truth, pred, average="macro", zero_division=0)))
