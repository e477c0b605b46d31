# Kaggle-style tabular model: categorical embeddings + numeric columns through BatchNorm
import os
import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import Dataset, DataLoader

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

n = 5000
city = np.random.randint(0, 30, n)
brand = np.random.randint(0, 12, n)
area = np.random.lognormal(4.2, 0.4, n)              # square metres
year = np.random.randint(1950, 2024, n)
dist = np.random.exponential(4.0, n)                 # km
city_eff, brand_eff = np.random.randn(30) * 0.3, np.random.randn(12) * 0.2
log_price = 7 + 0.8 * np.log(area) + 0.006 * (year - 1990) - 0.06 * dist + city_eff[city] + brand_eff[brand] + 0.08 * np.random.randn(n)
target = ((log_price - log_price[:4000].mean()) / log_price[:4000].std()).astype("float32")


class Houses(Dataset):
    def __init__(self, s):
        self.cat = torch.tensor(np.stack([city, brand], 1)[s])
        self.num = torch.tensor(np.stack([area, year, dist], 1)[s], dtype=torch.float32)
        self.y = torch.tensor(target[s])

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return self.cat[i], self.num[i], self.y[i]


class TabNet(nn.Module):
    def __init__(self, cards=(30, 12), n_num=3):
        super().__init__()
        self.embs = nn.ModuleList(nn.Embedding(c, min(50, (c + 1) // 2)) for c in cards)
        d = sum(e.embedding_dim for e in self.embs)
        self.bn0 = nn.BatchNorm1d(n_num)
        self.drop = nn.Dropout(0.05)
        self.net = nn.Sequential(nn.Linear(d + n_num, 100), nn.ReLU(), nn.BatchNorm1d(100), nn.Linear(100, 50), nn.ReLU(), nn.Linear(50, 1))

    def forward(self, cat, num):
        e = [emb(cat[:, i]) for i, emb in enumerate(self.embs)]
        return self.net(torch.cat([self.drop(torch.cat(e, 1)), self.bn0(num)], 1)).squeeze(1)


train_dl = DataLoader(Houses(slice(0, 4000)), batch_size=128, shuffle=True)
test_ds = Houses(slice(4000, n))
model = TabNet()
opt = torch.optim.AdamW(model.parameters(), lr=5e-3)
sched = torch.optim.lr_scheduler.OneCycleLR(opt, 1e-2, epochs=8, steps_per_epoch=len(train_dl))
loss_fn = nn.MSELoss()
for epoch in range(8):
    model.train()
    tot = 0
    for c, x, y in train_dl:
        loss = loss_fn(model(c, x), y)
        opt.zero_grad(); loss.backward(); opt.step(); sched.step()
        tot += loss.item()
    model.eval()
    with torch.no_grad():
        val = loss_fn(model(test_ds.cat, test_ds.num), test_ds.y).item()
    print(f"epoch {epoch} train {tot / len(train_dl):.4f} valid {val:.4f}")
print("R2", round(1 - val / test_ds.y.var().item(), 4))
