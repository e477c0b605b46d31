# Support ticket routing, numeric features: which team gets the ticket
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)

N, F_DIM, C = 5000, 12, 4
proto = rng.normal(size=(C, F_DIM))
labels = rng.integers(0, C, N)
feats = proto[labels] + 1.1 * rng.normal(size=(N, F_DIM))
feats = feats.astype(np.float32)


def shuffle_data(x, y):
    p = rng.permutation(len(x))
    x = x[p]
    y = y[p]
    return x, y


def batches(x, y, size):
    for k in range(0, len(x), size):
        yield torch.from_numpy(x[k:k + size]), torch.from_numpy(y[k:k + size])


feats, labels = shuffle_data(feats, labels)
split = int(0.8 * N)
x_train, y_train = feats[:split], labels[:split]
x_val, y_val = feats[split:], labels[split:]

model = nn.Sequential(
    nn.Linear(F_DIM, 32), nn.ReLU(),
    nn.Linear(32, 32), nn.ReLU(),
    nn.Linear(32, C),
)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
criterion = nn.CrossEntropyLoss()

for epoch in range(10):
    model.train()
    losses = []
    for xb, yb in batches(x_train, y_train, 64):
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    with torch.no_grad():
        acc = (model(torch.from_numpy(x_val)).argmax(1).numpy() == y_val).mean()
    print(f"epoch {epoch} train loss {np.mean(losses):.4f} val acc {acc:.4f}")
