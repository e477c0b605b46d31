# Binary classification with a small dense net, tabular data
import os
import torch
from torch import nn
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
X, y = load_breast_cancer(return_X_y=True)
X = X[:, :8]                                   # eight columns
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.25, random_state=SEED, stratify=y)
sc = StandardScaler().fit(X_tr)
X_tr = torch.tensor(sc.transform(X_tr), dtype=torch.float32)
X_te = torch.tensor(sc.transform(X_te), dtype=torch.float32)
y_tr = torch.tensor(y_tr, dtype=torch.float32).reshape(-1, 1)
y_te = torch.tensor(y_te, dtype=torch.float32).reshape(-1, 1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = nn.Linear(8, 12)
        self.l2 = nn.Linear(12, 8)
        self.l3 = nn.Linear(8, 1)

    def forward(self, x):
        return self.l3(torch.relu(self.l2(torch.relu(self.l1(x)))))


model = Net()
loss_fn = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
batch = 10
for epoch in range(30):
    order = torch.randperm(len(X_tr))
    running = 0.0
    for i in range(0, len(order), batch):
        k = order[i:i + batch]
        loss = loss_fn(model(X_tr[k]), y_tr[k])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        running += loss.item() * len(k)
    if epoch % 5 == 0:
        print(f"epoch {epoch} loss {running / len(order):.4f}")
with torch.no_grad():
    acc = ((torch.sigmoid(model(X_te)) > 0.5).float() == y_te).float().mean().item()
print(f"test accuracy {acc:.3f}, share of ones {y_te.mean():.3f}")
