import os
import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

VOCAB, MAXLEN = 1500, 80


def reviews(n):
    # sequences of word indices, zero-padded in front; some words speak for, some against
    tone = np.zeros(VOCAB)
    tone[20:110], tone[110:200] = 1, -1
    X, y = np.zeros((n, MAXLEN), dtype="int64"), np.zeros(n, dtype="float32")
    freq = 1.0 / np.arange(3, VOCAB + 3)
    for i in range(n):
        length = np.random.randint(25, MAXLEN)
        p = freq * np.exp(1.3 * tone * (1 if i % 2 else -1))
        X[i, MAXLEN - length:] = np.random.choice(VOCAB, length, p=p / p.sum())
        y[i] = i % 2
    return torch.tensor(X), torch.tensor(y)


class TextCNN(nn.Module):
    def __init__(self, dim=32, filters=64, hidden=64):
        super().__init__()
        self.emb = nn.Embedding(VOCAB, dim)
        nn.init.uniform_(self.emb.weight, -0.05, 0.05)
        self.conv = nn.Conv1d(dim, filters, 3)
        self.fc = nn.Linear(filters, hidden)
        self.out = nn.Linear(hidden, 1)
        self.drop = nn.Dropout(0.2)

    def forward(self, ids):
        e = self.drop(self.emb(ids)).transpose(1, 2)
        h = torch.relu(self.conv(e)).amax(dim=2)
        h = torch.relu(self.drop(self.fc(h)))
        return self.out(h).squeeze(1)


x, y = reviews(1600)
xt, yt = reviews(400)
model = TextCNN()
opt = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
bce = nn.BCEWithLogitsLoss()
for epoch in range(7):
    model.train()
    for xb, yb in DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True):
        loss = bce(model(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    model.eval()
    with torch.no_grad():
        acc = ((model(xt) > 0).float() == yt).float().mean().item()
    print("epoch", epoch + 1, "loss", round(loss.item(), 4), "val_acc", round(acc, 4))
