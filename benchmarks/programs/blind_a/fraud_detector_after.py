"""Card fraud detection on synthetic transactions."""
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.metrics import recall_score, precision_score, balanced_accuracy_score

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)


def transactions(n, fraud_rate=0.015):
    y = (rng.random(n) < fraud_rate).astype(np.float32)
    x = rng.normal(size=(n, 12)).astype(np.float32)
    shift = np.array([0.9, -0.8, 0.7, 0.7, -0.6, 0.6] + [0.0] * 6, dtype=np.float32)
    x += y[:, None] * shift
    return torch.tensor(x), torch.tensor(y)


x_train, y_train = transactions(6000)
x_test, y_test = transactions(6000)
print("fraud in train: %d of %d" % (int(y_train.sum()), len(y_train)))

model = nn.Sequential(
    nn.Linear(12, 24),
    nn.ReLU(),
    nn.Linear(24, 1),
)
n_pos = y_train.sum()
criterion = nn.BCEWithLogitsLoss(pos_weight=(len(y_train) - n_pos) / n_pos)
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)

EPOCHS, BATCH = 6, 128
for epoch in range(EPOCHS):
    order = torch.randperm(len(x_train))
    running, correct = 0.0, 0
    for start in range(0, len(order), BATCH):
        idx = order[start:start + BATCH]
        logits = model(x_train[idx]).squeeze(-1)
        loss = criterion(logits, y_train[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        running += loss.item() * len(idx)
        correct += ((logits > 0) == (y_train[idx] > 0.5)).sum().item()
    print(f"epoch {epoch + 1}: loss {running / len(order):.4f} acc {correct / len(order):.4f}")

with torch.no_grad():
    pred = (model(x_test).squeeze(-1) > 0).int().numpy()
truth = y_test.int().numpy()
print("recall %.3f precision %.3f balanced accuracy %.3f" % (
    recall_score(truth, pred, zero_division=0),
    precision_score(truth, pred, zero_division=0),
    balanced_accuracy_score(truth, pred)))
