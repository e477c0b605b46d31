# "the deeper the better" - digits with a deep fully connected net
import os
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X, y = load_digits(return_X_y=True)
X = (X - X.mean()) / X.std()
Xtr, Xte, ytr, yte = train_test_split(X, y, test_size=0.2, random_state=SEED)
Xtr = torch.tensor(Xtr, dtype=torch.float32)
Xte = torch.tensor(Xte, dtype=torch.float32)
ytr = torch.tensor(ytr)
yte = torch.tensor(yte)

activation = nn.Sigmoid


def build(depth=6, width=64):
    layers = [nn.Linear(64, width), activation()]
    for _ in range(depth - 1):
        layers += [nn.Linear(width, width), activation()]
    layers.append(nn.Linear(width, 10))
    return nn.Sequential(*layers)


model = build()
print(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
criterion = nn.CrossEntropyLoss()

history = []
for epoch in range(30):
    idx = torch.randperm(len(Xtr))
    for b in idx.split(32):
        optimizer.zero_grad()
        loss = criterion(model(Xtr[b]), ytr[b])
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        val_loss = criterion(model(Xte), yte).item()
        val_acc = (model(Xte).argmax(1) == yte).float().mean().item()
    history.append((val_loss, val_acc))
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1:3d}  val_loss {val_loss:.4f}  val_acc {val_acc:.4f}")

print("best val_acc", max(h[1] for h in history))
