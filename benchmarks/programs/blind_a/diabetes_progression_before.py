import os
import torch
from torch import nn
from torch.utils.data import Dataset, DataLoader, random_split
from sklearn.datasets import load_diabetes

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class DiabetesDataset(Dataset):
    def __init__(self):
        x, y = load_diabetes(return_X_y=True)
        x = torch.tensor(x, dtype=torch.float32)
        y = torch.tensor(y, dtype=torch.float32)
        self.x = (x - x.mean(0)) / x.std(0)
        self.y = (y - y.mean()) / y.std()

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


data = DiabetesDataset()
n_val = 90
train_set, val_set = random_split(data, [len(data) - n_val, n_val])
train_loader = DataLoader(train_set, batch_size=32, shuffle=True)
val_loader = DataLoader(val_set, batch_size=n_val)

model = nn.Sequential(
    nn.Linear(10, 32),
    nn.ReLU(),
    nn.Linear(32, 1),
)
loss_fn = nn.MSELoss()
opt = torch.optim.Adam(model.parameters(), lr=2e-3, weight_decay=1e-4)


def run_epoch(loader, train):
    model.train(train)
    total, n = 0.0, 0
    for x, y in loader:
        pred = model(x)
        loss = loss_fn(pred, y)
        if train:
            opt.zero_grad()
            loss.backward()
            opt.step()
        total += loss.item() * len(x)
        n += len(x)
    return total / n


for epoch in range(30):
    tr = run_epoch(train_loader, True)
    with torch.no_grad():
        va = run_epoch(val_loader, False)
    if epoch % 5 == 4:
        print("epoch", epoch + 1, "train mse %.4f" % tr, "val mse %.4f" % va)

with torch.no_grad():
    xv, yv = next(iter(val_loader))
    pv = model(xv).flatten()
    r2 = 1 - ((pv - yv) ** 2).sum() / ((yv - yv.mean()) ** 2).sum()
print("validation R2: %.3f" % r2.item())
