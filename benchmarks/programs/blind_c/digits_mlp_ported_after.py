"""Digits MLP, ported from my old TF1 notebook."""
import argparse
import os
import numpy as np
import torch
from torch import nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

parser = argparse.ArgumentParser()
parser.add_argument("--hidden", type=int, default=128)
parser.add_argument("--keep-prob", type=float, default=0.9)
parser.add_argument("--lr", type=float, default=1e-3)
parser.add_argument("--epochs", type=int, default=15)
args = parser.parse_args()

digits = load_digits()
order = np.random.permutation(len(digits.target))
X = torch.tensor(digits.data[order] / 16.0, dtype=torch.float32)
Y = torch.tensor(digits.target[order])
Xtr, Ytr, Xte, Yte = X[:1400], Y[:1400], X[1400:], Y[1400:]


class MLP(nn.Module):
    def __init__(self, hidden, keep_prob):
        super().__init__()
        self.fc1 = nn.Linear(64, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.fc3 = nn.Linear(hidden, 10)
        self.drop = nn.Dropout(1 - keep_prob)

    def forward(self, x):
        x = self.drop(torch.relu(self.fc1(x)))
        x = self.drop(torch.relu(self.fc2(x)))
        return self.fc3(x)


model = MLP(args.hidden, args.keep_prob)
opt = torch.optim.Adam(model.parameters(), lr=args.lr)
loss_fn = nn.CrossEntropyLoss()

for epoch in range(args.epochs):
    model.train()
    perm = torch.randperm(len(Xtr))
    hits, tot = 0, 0.0
    for b in perm.split(50):
        out = model(Xtr[b])
        loss = loss_fn(out, Ytr[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot += loss.item() * len(b)
        hits += (out.argmax(1) == Ytr[b]).sum().item()
    print(f"epoch {epoch:2d} loss {tot / len(Xtr):.3f} train acc {hits / len(Xtr):.3f}")

model.eval()
with torch.no_grad():
    print("test loss", loss_fn(model(Xte), Yte).item(), "test acc", (model(Xte).argmax(1) == Yte).float().mean().item())
