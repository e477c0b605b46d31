# Fraud detection baseline: MLP on anonymised transaction features
import os
import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import make_classification
from sklearn.metrics import f1_score, recall_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

X, y = make_classification(n_samples=12000, n_features=20, n_informative=4, n_redundant=2, n_clusters_per_class=1,
                           weights=[0.98], class_sep=0.55, flip_y=0.004, random_state=12)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, test_size=0.3, random_state=SEED)
sc = StandardScaler().fit(X_train)
X_train = torch.tensor(sc.transform(X_train), dtype=torch.float32)
X_test = torch.tensor(sc.transform(X_test), dtype=torch.float32)
y_train_t = torch.tensor(y_train, dtype=torch.float32)
print("fraud rate in train: %.4f" % y_train.mean())

train_dl = DataLoader(TensorDataset(X_train, y_train_t), batch_size=256, shuffle=True)

model = nn.Sequential(
    nn.Linear(20, 32),
    nn.ReLU(),
    nn.Linear(32, 16),
    nn.ReLU(),
    nn.Linear(16, 1),
)
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9, weight_decay=1e-4)

for epoch in range(8):
    model.train()
    run, hits, n = 0.0, 0, 0
    for xb, yb in train_dl:
        optimizer.zero_grad()
        out = model(xb).squeeze(1)
        loss = criterion(out, yb)
        loss.backward()
        optimizer.step()
        run += loss.item() * len(xb)
        hits += ((out > 0).float() == yb).sum().item()
        n += len(xb)
    print(f"epoch {epoch} | loss {run / n:.4f} | acc {hits / n:.4f}")

model.eval()
with torch.no_grad():
    pred = (model(X_test).squeeze(1) > 0).numpy().astype(int)
print("accuracy %.4f recall %.3f F1 %.3f" % ((pred == y_test).mean(), recall_score(y_test, pred), f1_score(y_test, pred)))
