# IMDB-like reviews, recurrent classifier
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rng = np.random.RandomState(SEED)

max_features, maxlen = 500, 40
pos_words = np.arange(20, 80)
neg_words = np.arange(80, 140)


def make_reviews(n):
    x = np.zeros((n, maxlen), dtype=np.int64)
    y = rng.randint(0, 2, n)
    for i in range(n):
        L = rng.randint(15, maxlen + 1)
        words = rng.randint(140, max_features, L)
        hit = rng.rand(L) < 0.3
        good = rng.rand(L) < (0.8 if y[i] else 0.2)
        words[hit & good] = rng.choice(pos_words, (hit & good).sum())
        words[hit & ~good] = rng.choice(neg_words, (hit & ~good).sum())
        x[i, maxlen - L:] = words
    return torch.tensor(x), torch.tensor(y)


x_train, y_train = make_reviews(800)
x_val, y_val = make_reviews(200)


class Sentiment(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(max_features, 16)
        nn.init.uniform_(self.emb.weight, -0.05, 0.05)
        self.lstm = nn.LSTM(16, 16, batch_first=True)
        nn.init.xavier_uniform_(self.lstm.weight_ih_l0)
        nn.init.orthogonal_(self.lstm.weight_hh_l0)
        nn.init.zeros_(self.lstm.bias_ih_l0)
        nn.init.zeros_(self.lstm.bias_hh_l0)
        self.lstm.bias_ih_l0.data[16:32] = 1.0      # unit_forget_bias
        self.out = nn.Linear(16, 2)
        nn.init.xavier_uniform_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, ids):
        h, _ = self.lstm(self.emb(ids))
        return self.out(h[:, -1])


model = Sentiment()
opt = torch.optim.Adam(model.parameters(), lr=0.01)
ce = nn.CrossEntropyLoss()
batch_size = 32
for epoch in range(8):
    perm = torch.randperm(len(x_train))
    total = 0.0
    for i in range(0, len(x_train), batch_size):
        k = perm[i:i + batch_size]
        loss = ce(model(x_train[k]), y_train[k])
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(k)
    with torch.no_grad():
        acc = (model(x_val).argmax(1) == y_val).float().mean().item()
    print("epoch %d loss %.4f val_acc %.4f" % (epoch, total / len(x_train), acc))
print("final val_acc %.4f" % acc)
