"""Walk-forward forecasting: a patch transformer-lite predicts the next value of a series (pred_len = 1)."""
import os
import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)
SEQ_LEN, PRED_LEN = 32, 1


class Windows(Dataset):
    def __init__(self, series):
        self.s = torch.tensor(series, dtype=torch.float32)

    def __len__(self):
        return len(self.s) - SEQ_LEN - PRED_LEN + 1

    def __getitem__(self, i):
        y = self.s[i + SEQ_LEN:i + SEQ_LEN + PRED_LEN]
        return self.s[i:i + SEQ_LEN], y.squeeze()


class PatchMixer(nn.Module):
    def __init__(self, patch=8, dim=32):
        super().__init__()
        self.patch = patch
        self.embed = nn.Linear(patch, dim)
        self.mix = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, 64), nn.GELU(), nn.Linear(64, dim))
        self.head = nn.Linear(dim * (SEQ_LEN // patch), PRED_LEN)

    def forward(self, x):
        h = self.embed(x.view(x.size(0), -1, self.patch))
        h = h + self.mix(h)
        return self.head(h.flatten(1))


t = np.arange(1600)
series = np.sin(2 * np.pi * t / 24) + 0.5 * np.sin(2 * np.pi * t / 61) + 0.1 * np.random.randn(len(t))
series = (series - series[:1300].mean()) / series[:1300].std()
train_dl = DataLoader(Windows(series[:1300]), batch_size=64, shuffle=True)
test_dl = DataLoader(Windows(series[1300:]), batch_size=64)

model = PatchMixer()
criterion = nn.MSELoss()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=1e-4)
for epoch in range(20):
    model.train()
    losses = []
    for x, y in train_dl:
        optimizer.zero_grad()
        loss = criterion(model(x), y.view(-1, PRED_LEN))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    if epoch % 4 == 0 or epoch == 19:
        print(f"epoch {epoch:2d} train mse {np.mean(losses):.4f}")

model.eval()
with torch.no_grad():
    pred = torch.cat([model(x).view(-1) for x, _ in test_dl])
    true = torch.cat([y for _, y in test_dl])
print("test R2: %.3f" % (1 - ((pred - true) ** 2).mean() / true.var()).item())
