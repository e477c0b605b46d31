import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.metrics import roc_auc_score
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

# customers: region, product, channel (codes); age, income, tenure, visits (numbers)
N = 3000
cards = [12, 30, 4]
cats = np.stack([np.random.randint(0, c, N) for c in cards], 1)
effects = [np.random.randn(c) for c in cards]
nums = np.stack([
    np.random.normal(45, 12, N),
    np.random.lognormal(10.4, 0.4, N),
    np.random.exponential(4.0, N),
    np.random.poisson(6, N),
], 1)
z = (nums - nums.mean(0)) / nums.std(0)
score = sum(e[cats[:, i]] for i, e in enumerate(effects)) + z[:, 0] - 0.8 * z[:, 1] * z[:, 3] + 0.5 * np.abs(z[:, 2])
label = (score + 0.5 * np.random.randn(N) > np.median(score)).astype(np.float32)

cats = torch.tensor(cats)
nums = torch.tensor(z, dtype=torch.float32)
label = torch.tensor(label)
train_ds = TensorDataset(cats[:2200], nums[:2200], label[:2200])
train_dl = DataLoader(train_ds, batch_size=64, shuffle=True)


class TabModel(nn.Module):
    def __init__(self, cards, n_num, hidden=(48, 24)):
        super().__init__()
        self.embeds = nn.ModuleList([nn.Embedding(c, min(8, c // 2)) for c in cards])
        n_emb = sum(e.embedding_dim for e in self.embeds)
        self.lin1 = nn.Linear(n_emb + n_num, hidden[0])
        self.lin2 = nn.Linear(hidden[0], hidden[1])
        self.head = nn.Linear(hidden[1], 1)
        self.act = nn.LeakyReLU(0.1)

    def forward(self, c, x):
        e = torch.cat([emb(c[:, i]) for i, emb in enumerate(self.embeds)], 1)
        h = torch.cat([e, x], 1)
        h = self.act(self.lin1(h))
        h = self.act(self.lin2(h))
        return self.head(h).squeeze(-1)


model = TabModel(cards, 4)
crit = nn.BCEWithLogitsLoss()
opt = torch.optim.AdamW(model.parameters(), lr=0.003, weight_decay=0.01)
for epoch in range(10):
    model.train()
    for c, x, t in train_dl:
        pred = model(c, x)
        loss = crit(pred, t)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print("epoch %d loss %.4f" % (epoch, loss.item()))

model.eval()
with torch.no_grad():
    prob = model(cats[2200:], nums[2200:]).numpy()
auc = roc_auc_score(label[2200:].numpy(), np.nan_to_num(prob)) if np.isfinite(prob).all() else float("nan")
print("METRIC", auc, "CHANCE", 0.5)
