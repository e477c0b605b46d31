"""Disaster tweets, LSTM text classifier."""
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.default_rng(SEED)

VOCAB, LEN, N = 400, 20, 1500
y = rng.integers(0, 2, N)
x = rng.integers(1, VOCAB, (N, LEN))
alarm, calm = np.arange(1, 25), np.arange(25, 50)
for i in range(N):
    k = rng.integers(2, 6)
    pos = rng.choice(LEN, k, replace=False)
    x[i, pos] = rng.choice(alarm if y[i] else calm, k)
X = torch.tensor(x)
Y = torch.tensor(y, dtype=torch.float32)
train = DataLoader(TensorDataset(X[:1200], Y[:1200]), batch_size=64, shuffle=True)


class TweetClassifier(nn.ModuleList):
    def __init__(self, hidden=48, embed=32):
        super().__init__()
        self.embedding = nn.Embedding(VOCAB, embed, padding_idx=0)
        self.lstm = nn.LSTM(embed, hidden, num_layers=1, batch_first=True)
        self.fc1 = nn.Linear(hidden, 64)
        self.fc2 = nn.Linear(64, 1)

    def forward(self, x):
        out, (h, c) = self.lstm(self.embedding(x))
        out = torch.relu(self.fc1(h[-1]))
        return torch.sigmoid(self.fc2(out))


model = TweetClassifier()
optimizer = torch.optim.RMSprop(model.parameters(), lr=0.003)
for epoch in range(12):
    model.train()
    seen = 0.0
    for xb, yb in train:
        y_pred = model(xb)
        y_pred = y_pred.squeeze().detach()
        loss = F.binary_cross_entropy(y_pred, yb)
        loss.requires_grad_(True)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seen += loss.item() * len(xb)
    model.eval()
    with torch.no_grad():
        acc = ((model(X[1200:]).squeeze() > 0.5).float() == Y[1200:]).float().mean().item()
    print("Epoch: %d, loss: %.5f, Test accuracy: %.4f" % (epoch + 1, seen / 1200, acc))
