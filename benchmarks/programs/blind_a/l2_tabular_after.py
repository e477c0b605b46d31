"""Gene-panel style classifier: L2 regularised MLP."""
import os
import argparse
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler
from sklearn.model_selection import train_test_split


def parse():
    p = argparse.ArgumentParser()
    p.add_argument("--lr", type=float, default=1e-3)
    p.add_argument("--wd", type=float, default=1e-4)
    p.add_argument("--epochs", type=int, default=50)
    p.add_argument("--batch-size", type=int, default=32)
    return p.parse_args()


class MLP(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.fc1 = nn.Linear(d, 64)
        self.fc2 = nn.Linear(64, 32)
        self.fc3 = nn.Linear(32, 2)

    def forward(self, x):
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x)))))


def main():
    seed = SEED = int(os.environ.get("SEED", "0"))
    torch.manual_seed(seed)
    args = parse()
    X, y = load_breast_cancer(return_X_y=True)
    Xa, Xb, ya, yb = train_test_split(X, y, test_size=0.25, random_state=seed)
    s = StandardScaler().fit(Xa)
    Xa, Xb = (torch.tensor(s.transform(t), dtype=torch.float32) for t in (Xa, Xb))
    ya, yb = torch.tensor(ya), torch.tensor(yb)

    model = MLP(X.shape[1])
    opt = torch.optim.Adam(model.parameters(), lr=args.lr, weight_decay=args.wd)
    for ep in range(args.epochs):
        tot = 0.0
        for idx in torch.randperm(len(Xa)).split(args.batch_size):
            loss = F.cross_entropy(model(Xa[idx]), ya[idx])
            opt.zero_grad()
            loss.backward()
            opt.step()
            tot += loss.item() * len(idx)
        if ep % 10 == 0 or ep == args.epochs - 1:
            print(f"epoch {ep} loss {tot / len(Xa):.4f}")
    with torch.no_grad():
        pred = model(Xb).argmax(1)
    print("test acc %.3f, class counts %s" % (
        (pred == yb).float().mean().item(), torch.bincount(pred, minlength=2).tolist()))


if __name__ == "__main__":
    main()
