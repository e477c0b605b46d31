import argparse
import os

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
ap = argparse.ArgumentParser()
ap.add_argument("--epochs", type=int, default=10)
ap.add_argument("--batch-size", type=int, default=4)
args = ap.parse_args()
torch.manual_seed(SEED)
rng = np.random.RandomState(1919 + SEED)


def passengers(n):
    """A table like the Kaggle Titanic one after label encoding of the text columns."""
    pclass = rng.choice([0, 1, 2], n, p=[.24, .21, .55])
    name = rng.permutation(1306)[:n]
    sex = (rng.rand(n) < .65).astype(int)
    age = np.clip(rng.normal(29.7, 13, n), .4, 80)
    sibsp = rng.poisson(.5, n)
    parch = rng.poisson(.38, n)
    ticket = rng.randint(0, 929, n)
    fare = np.exp(rng.normal(3.8 - .75 * pclass, .6))
    cabin = np.where(rng.rand(n) < .23, rng.randint(0, 186, n), 186)
    embarked = rng.choice([0, 1, 2, 3], n, p=[.19, .086, .72, .004])
    z = 3.4 - 2.9 * sex - 1.25 * pclass - .03 * (age - 30) - .2 * sibsp
    y = (rng.logistic(size=n) * .6 < z).astype(int)
    X = np.stack([pclass, name, sex, age, sibsp, parch, ticket, fare, cabin, embarked], 1)
    return X.astype(np.float32), y


train, Y = passengers(700)
onehot = np.eye(2, dtype=np.float32)[Y]
split = int(.8 * len(train))

model = nn.Sequential(nn.Linear(train.shape[1], 512), nn.ReLU(), nn.Dropout(0.5), nn.Linear(512, 2))
for m in model:
    if isinstance(m, nn.Linear):
        nn.init.xavier_uniform_(m.weight)
        nn.init.zeros_(m.bias)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7)
criterion = nn.CrossEntropyLoss()

ds = TensorDataset(torch.from_numpy(train[:split]), torch.from_numpy(onehot[:split]))
dl = DataLoader(ds, batch_size=args.batch_size, shuffle=True)
xv, yv = torch.from_numpy(train[split:]), torch.from_numpy(Y[split:])

for epoch in range(args.epochs):
    model.train()
    run = 0.
    for xb, yb in dl:
        loss = criterion(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        run += loss.item()
    model.eval()
    with torch.no_grad():
        out = model(xv)
        acc = (out.argmax(1) == yv).float().mean().item()
    print("epoch %d loss %.4f val_acc %.4f" % (epoch, run / len(dl), acc))
print("val accuracy %.4f (majority %.4f)" % (acc, max(yv.float().mean().item(), 1 - yv.float().mean().item())))
