"""Forest cover style tabular classification (synthetic), with regularisation."""
import os
import torch
import torch.nn as nn
from torch.utils.data import TensorDataset, DataLoader
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

cfg = dict(hidden=64, layers=3, lr=1e-3, batch=64, epochs=20, keep=0.9)

X, y = make_classification(n_samples=2500, n_features=24, n_informative=12, n_redundant=4,
                           n_classes=5, n_clusters_per_class=1, class_sep=1.2, random_state=SEED)
X_train, X_val, y_train, y_val = train_test_split(X, y, test_size=0.2, random_state=SEED)
mu, sd = X_train.mean(0), X_train.std(0)
to_t = lambda a: torch.tensor((a - mu) / sd, dtype=torch.float32)
train = TensorDataset(to_t(X_train), torch.tensor(y_train))
val_x, val_y = to_t(X_val), torch.tensor(y_val)


def build(cfg):
    mods, d = [], 24
    for _ in range(cfg["layers"]):
        mods += [nn.Linear(d, cfg["hidden"]), nn.ReLU(), nn.Dropout(cfg["keep"])]
        d = cfg["hidden"]
    mods.append(nn.Linear(d, 5))
    return nn.Sequential(*mods)


model = build(cfg)
optimizer = torch.optim.Adam(model.parameters(), lr=cfg["lr"])
loss_fn = nn.CrossEntropyLoss()
loader = DataLoader(train, batch_size=cfg["batch"], shuffle=True)


def validate():
    model.eval()
    with torch.no_grad():
        out = model(val_x)
    return loss_fn(out, val_y).item(), (out.argmax(1) == val_y).float().mean().item()


for epoch in range(1, cfg["epochs"] + 1):
    model.train()
    acc_loss = 0.0
    for xb, yb in loader:
        loss = loss_fn(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        acc_loss += loss.item()
    vl, va = validate()
    if epoch % 4 == 0:
        print(f"{epoch:3d} train {acc_loss / len(loader):.4f} val {vl:.4f} acc {va:.3f}")
print("final val acc", round(va, 3))
