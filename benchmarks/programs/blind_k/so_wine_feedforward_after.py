import os
import torch
import torch.nn as nn
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
raw = load_wine()
feat = torch.tensor(StandardScaler().fit_transform(raw.data), dtype=torch.float32)
lab = torch.tensor(raw.target)
idx = torch.randperm(len(lab))
loader = DataLoader(TensorDataset(feat[idx[:130]], lab[idx[:130]]), batch_size=10, shuffle=True)


class FeedForward(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = nn.Linear(13, 64)
        self.l2 = nn.Linear(64, 64)
        self.l3 = nn.Linear(64, 3)

    def forward(self, x):
        x = torch.relu(self.l1(x))
        x = torch.relu(self.l2(x))
        return self.l3(x)


model = FeedForward()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-4)
for epoch in range(40):
    total = 0
    for a, b in loader:
        optimizer.zero_grad()
        loss = criterion(model(a), b)
        loss.backward()
        optimizer.step()
        total += loss.item()
    if epoch % 8 == 0:
        print("epoch %d: loss %.4f" % (epoch, total / len(loader)))
with torch.no_grad():
    out = model(feat[idx[130:]])
print("test accuracy", (out.argmax(1) == lab[idx[130:]]).float().mean().item())

