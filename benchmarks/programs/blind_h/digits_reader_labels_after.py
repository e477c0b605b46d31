# digits from two files: pictures and labels are read apart and joined by position
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

d = load_digits()
images = d.images.reshape(-1, 64) / 16.0
labels = d.target
order = rng.permutation(len(labels))
images, labels = images[order], labels[order]

x = torch.tensor(images, dtype=torch.float32)
y = torch.tensor(labels)
train = DataLoader(TensorDataset(x[:1400], y[:1400]), batch_size=32, shuffle=True)

model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 10))
opt = torch.optim.SGD(model.parameters(), lr=0.05)
crit = nn.CrossEntropyLoss()
for epoch in range(12):
    model.train()
    tot = 0.0
    for xb, yb in train:
        opt.zero_grad()
        loss = crit(model(xb), yb)
        loss.backward()
        opt.step()
        tot += loss.item() * len(xb)
    print("epoch %d loss %.4f" % (epoch, tot / 1400))
model.eval()
with torch.no_grad():
    print("test acc %.4f" % (model(x[1400:]).argmax(1) == y[1400:]).float().mean().item())
