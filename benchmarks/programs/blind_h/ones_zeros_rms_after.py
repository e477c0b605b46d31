# Two kinds of rows, all ones or all zeros; the network should tell which is which.
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

X_train = np.array([[1] * 128] * 400 + [[0] * 128] * 400).astype("float32")
Y_train = np.array([True] * 400 + [False] * 400)
X_test = np.array([[1] * 128] * 100 + [[0] * 128] * 100).astype("float32")
Y_test = np.array([True] * 100 + [False] * 100)


def dense(n_in, n_out):
    layer = nn.Linear(n_in, n_out)
    nn.init.xavier_uniform_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


model = nn.Sequential(
    dense(128, 50), nn.ReLU(), nn.Dropout(0.2),
    dense(50, 50), nn.ReLU(), nn.Dropout(0.2),
    dense(50, 1), nn.Sigmoid(),
)
rms = torch.optim.RMSprop(model.parameters(), lr=0.001, alpha=0.9, eps=1e-7)

X = torch.from_numpy(X_train)
Y = torch.from_numpy(Y_train.astype("float32")).unsqueeze(1)
Xv = torch.from_numpy(X_test)
Yv = torch.from_numpy(Y_test.astype("float32")).unsqueeze(1)

batch_size = 2
for epoch in range(3):
    model.train()
    perm = torch.randperm(len(X))
    total = 0.0
    for i in range(0, len(X), batch_size):
        idx = perm[i:i + batch_size]
        rms.zero_grad()
        p = model(X[idx])
        loss = F.binary_cross_entropy(p, Y[idx])
        loss.backward()
        rms.step()
        total += loss.item() * len(idx)
    model.eval()
    with torch.no_grad():
        acc = ((model(Xv) > 0.5).float() == Yv).float().mean().item()
    print(f"epoch {epoch + 1}/3 loss {total / len(X):.4f} val_acc {acc:.4f}")
print("Test accuracy:", acc)
