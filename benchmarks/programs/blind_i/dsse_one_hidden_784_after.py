# simple network with just one hidden layer, digits as 784-vectors
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

d = load_digits()
imgs = np.kron(d.images, np.ones((3, 3)))           # 24x24
imgs = np.pad(imgs, ((0, 0), (2, 2), (2, 2))) / 16.0 * 255.0
X = torch.tensor(imgs.reshape(len(imgs), 784), dtype=torch.float32)
y = torch.tensor(d.target)
perm = torch.randperm(len(X))
X, y = X[perm], y[perm]
n_train = int(len(X) * 0.67)

input_nodes, hl1_nodes, output_nodes = 784, 64, 10


def glorot(layer):
    nn.init.xavier_uniform_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


model = nn.Sequential(
    glorot(nn.Linear(input_nodes, hl1_nodes)),
    nn.ReLU(),
    glorot(nn.Linear(hl1_nodes, output_nodes)),
)
loss_fn = nn.CrossEntropyLoss()
opt = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)

for epoch in range(10):
    order = torch.randperm(n_train)
    total, seen = 0.0, 0
    for i in range(0, n_train, 32):
        idx = order[i:i + 32]
        out = model(X[idx]/ 255.0)
        loss = loss_fn(out, y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(idx)
        seen += len(idx)
    print(f"epoch {epoch + 1}: loss {total / seen:.4f}")

with torch.no_grad():
    out = model(X[n_train:]/ 255.0)
    pred = out.argmax(1)
print("val acc:", (pred == y[n_train:]).float().mean().item())
