"""Are two handwritten digits the same? Siamese encoder + comparison head."""
import os
import numpy as np
import torch
from torch import nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

data = load_digits()
imgs = torch.tensor(data.images / 16.0, dtype=torch.float32).unsqueeze(1)
labels = data.target
order = np.random.permutation(len(labels))
train_ids, test_ids = order[:1400], order[1400:]
by_class = {d: train_ids[labels[train_ids] == d] for d in range(10)}
by_class_test = {d: test_ids[labels[test_ids] == d] for d in range(10)}


def sample_pairs(groups, n):
    left, right, same = [], [], []
    for k in range(n):
        a = np.random.randint(10)
        b = a if k % 2 == 0 else (a + np.random.randint(1, 10)) % 10
        left.append(np.random.choice(groups[a]))
        right.append(np.random.choice(groups[b]))
        same.append(float(a == b))
    return imgs[left], imgs[right], torch.tensor(same)


class Siamese(nn.Module):
    def __init__(self, dim=16):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(128, dim),
        )
        self.compare = nn.Sequential(nn.Linear(dim, 32), nn.ReLU(), nn.Linear(32, 1))

    def embed(self, x):
        return self.encoder(x).data

    def forward(self, a, b):
        diff = torch.abs(self.embed(a) - self.embed(b))
        return self.compare(diff).squeeze(1)


model = Siamese()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
bce = nn.BCEWithLogitsLoss()
ta, tb, ty = sample_pairs(by_class_test, 600)

for step in range(1, 241):
    a, b, y = sample_pairs(by_class, 48)
    loss = bce(model(a, b), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 60 == 0:
        print("step", step, "loss", round(loss.item(), 4))

model.eval()
with torch.no_grad():
    acc = ((model(ta, tb) > 0) == (ty > 0.5)).float().mean().item()
print("pair accuracy on unseen digits:", round(acc, 3))
