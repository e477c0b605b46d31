# credit card fraud (synthetic copy of the kaggle table)
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.metrics import confusion_matrix, f1_score, balanced_accuracy_score

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)


def table(n, rate=0.01):
    y = (np.random.rand(n) < rate).astype(np.float32)
    x = np.random.randn(n, 16).astype(np.float32)
    x[y == 1, :4] += np.array([1.1, -1.0, 1.1, 0.9], dtype=np.float32)
    x[y == 1, 4:7] *= 1.3
    return torch.from_numpy(x), torch.from_numpy(y)


X_train, y_train = table(7000)
X_test, y_test = table(4000)
print("train size", len(y_train))

model = nn.Sequential(
    nn.Linear(16, 32), nn.ReLU(), nn.Dropout(0.2),
    nn.Linear(32, 16), nn.ReLU(),
    nn.Linear(16, 1),
)
criterion = nn.BCEWithLogitsLoss(pos_weight=(y_train == 0).sum() / (y_train == 1).sum())
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-4)


def evaluate():
    model.eval()
    with torch.no_grad():
        pred = (torch.sigmoid(model(X_test).squeeze(1)) > 0.5).float()
    return pred


for epoch in range(6):
    model.train()
    perm = torch.randperm(len(X_train))
    losses = []
    for k in range(0, len(perm), 100):
        b = perm[k:k + 100]
        loss = criterion(model(X_train[b]).squeeze(1), y_train[b])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    acc = (evaluate() == y_test).float().mean().item()
    print("epoch %d loss %.4f acc %.4f" % (epoch, np.mean(losses), acc))

pred = evaluate()
print(confusion_matrix(y_test, pred))
print("f1 %.3f balanced accuracy %.3f" % (f1_score(y_test, pred), balanced_accuracy_score(y_test, pred)))
