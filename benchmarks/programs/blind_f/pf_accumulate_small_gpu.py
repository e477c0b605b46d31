"""My laptop only fits batches of 4, so gradients are summed over 8 batches before each step."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset, random_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)
ACCUM = 8

d = load_digits()
ds = TensorDataset(torch.tensor(d.images[:, None] / 16.0, dtype=torch.float32), torch.tensor(d.target))
train_ds, test_ds = random_split(ds, [1400, len(ds) - 1400])
train_dl = DataLoader(train_ds, batch_size=4, shuffle=True, drop_last=True)
test_dl = DataLoader(test_ds, batch_size=200)


class SmallVGG(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)
        self.gn1 = nn.GroupNorm(4, 16)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.gn2 = nn.GroupNorm(4, 32)
        self.fc = nn.Linear(32 * 4, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.gn1(self.conv1(x))), 2)
        x = F.max_pool2d(F.relu(self.gn2(self.conv2(x))), 2)
        return self.fc(x.flatten(1))


model = SmallVGG()
opt = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=0.05)
for epoch in range(3):
    model.train()
    opt.zero_grad()
    running = 0.0
    for i, (x, y) in enumerate(train_dl):
        loss = F.cross_entropy(model(x), y) / ACCUM
        loss.backward()
        running += loss.item() * ACCUM
        if (i + 1) % ACCUM == 0:
            opt.step()
            opt.zero_grad()
        if (i + 1) % 175 == 0:
            print(f"epoch {epoch} batch {i + 1} loss {running / (i + 1):.3f}")

model.eval()
ok = n = 0
with torch.no_grad():
    for x, y in test_dl:
        ok += (model(x).argmax(1) == y).sum().item()
        n += len(y)
print("test accuracy", round(ok / n, 3))
