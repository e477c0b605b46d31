import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import Dataset, DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
VOCAB, MAXLEN = 400, 30


class Tweets(Dataset):
    def __init__(self, n, seed):
        rng = np.random.RandomState(seed)
        self.y = rng.randint(0, 2, n).astype("float32")
        self.x = np.zeros((n, MAXLEN), "int64")
        for k in range(n):
            ln = rng.randint(8, MAXLEN)
            w = rng.randint(60, VOCAB, ln)
            m = rng.rand(ln) < .3
            w[m] = rng.randint(1, 30, m.sum()) + (30 if self.y[k] else 0)
            self.x[k, MAXLEN - ln:] = w

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return torch.from_numpy(self.x[i]), torch.tensor([self.y[i]])


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCAB, 32)
        nn.init.uniform_(self.embedding.weight, -.05, .05)
        self.conv = nn.Conv1d(32, 32, 3)
        self.hidden = nn.Linear(32, 64)
        self.last = nn.Linear(64, 1)
        for m in (self.conv, self.hidden, self.last):
            nn.init.xavier_uniform_(m.weight)
            nn.init.zeros_(m.bias)

    def forward(self, tokens):
        e = F.dropout(self.embedding(tokens), .2, self.training)
        c = F.relu(self.conv(e.transpose(1, 2))).amax(-1)
        h = F.relu(F.dropout(self.hidden(c), .2, self.training))
        return torch.sigmoid(self.last(h))


train, valid = DataLoader(Tweets(1000, SEED), batch_size=32, shuffle=True), DataLoader(Tweets(300, SEED + 100), batch_size=100)
clf = Classifier()
adam = torch.optim.Adam(clf.parameters(), eps=1e-7)
for epoch in range(6):
    clf.train()
    tot = 0
    for tokens, label in train:
        loss = F.binary_cross_entropy(clf(tokens), label)
        adam.zero_grad(); loss.backward(); adam.step()
        tot += loss.item()
    clf.eval()
    with torch.no_grad():
        acc = np.mean([((clf(t) > .5).float() == l).float().mean().item() for t, l in valid])
    print("epoch %d loss %.4f val_acc %.4f" % (epoch + 1, tot / len(train), acc))
print("validation accuracy %.3f" % acc)
