# tabular baseline for a playground competition (synthetic copy of the data)
import os
import numpy as np
import torch, torch.nn as nn
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED); np.random.seed(SEED)

CFG = dict(lr=1e-3, weight_decay=0.1, epochs=15, bs=64, hidden=128)

X, y = make_classification(2400, 30, n_informative=12, n_redundant=4, n_classes=5, n_clusters_per_class=2,
                           class_sep=1.4, random_state=11)
X = (X - X.mean(0)) / X.std(0)
Xtr, Xva, ytr, yva = train_test_split(X.astype("float32"), y, test_size=0.25, random_state=0)
Xtr, Xva, ytr, yva = map(torch.from_numpy, (Xtr, Xva, ytr, yva))


class Block(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.fc = nn.Linear(d, d)
        self.act = nn.SiLU()

    def forward(self, x):
        return self.act(self.fc(x))


model = nn.Sequential(nn.Linear(30, CFG["hidden"]), nn.SiLU(), Block(CFG["hidden"]), Block(CFG["hidden"]),
                      nn.Linear(CFG["hidden"], 5))
optimizer = torch.optim.Adam(model.parameters(), lr=CFG["lr"], weight_decay=CFG["weight_decay"])
best = 0
for epoch in range(CFG["epochs"]):
    model.train()
    tr_loss = 0
    for b in torch.randperm(len(Xtr)).split(CFG["bs"]):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(Xtr[b]), ytr[b])
        loss.backward()
        optimizer.step()
        tr_loss += loss.item() * len(b) / len(Xtr)
    model.eval()
    with torch.no_grad():
        acc = (model(Xva).argmax(1) == yva).float().mean().item()
    best = max(best, acc)
    if epoch % 3 == 0:
        print(f"epoch {epoch:2d} | loss {tr_loss:.4f} | val {acc:.4f}")
print(f"last val {acc:.3f} best {best:.3f}")
