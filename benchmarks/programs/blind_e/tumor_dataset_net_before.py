import os
import torch
import torch.nn as nn
from torch.utils.data import Dataset, DataLoader
from sklearn.datasets import load_breast_cancer

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class TumorDataset(Dataset):
    def __init__(self, train=True):
        d = load_breast_cancer()
        x = torch.tensor(d.data, dtype=torch.float32)
        x = (x - x.mean(0)) / x.std(0)
        y = torch.tensor(d.target, dtype=torch.float32).unsqueeze(1)
        y = 1 - y  # malignant = 1
        sel = torch.arange(len(x)) % 4 != 0
        if not train:
            sel = ~sel
        self.x, self.y = x[sel], y[sel]

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


train_dl = DataLoader(TumorDataset(True), batch_size=32, shuffle=True)
test_ds = TumorDataset(False)
model = nn.Sequential(nn.Linear(30, 16), nn.ReLU(), nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 1))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)


def test():
    with torch.no_grad():
        p = (model(test_ds.x) > 0).float()
    return (p == test_ds.y).float().mean().item()


for epoch in range(1, 31):
    total = 0
    for xb, yb in train_dl:
        out = model(xb)
        loss = criterion(out, yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(xb)
    if epoch % 5 == 0:
        print(f"epoch {epoch}: train loss {total / len(train_dl.dataset):.4f} test acc {test():.3f}")
print("final accuracy", test())
