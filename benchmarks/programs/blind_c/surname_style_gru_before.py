# classify made-up surnames by language style
import os
import random
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)

SYL = {
    "it": ["ro", "ssi", "be", "lli", "mar", "ti", "ni", "co", "lo", "ri"],
    "jp": ["ta", "ka", "mo", "ri", "shi", "na", "ya", "ko", "mu", "ra"],
    "de": ["sch", "mei", "er", "bau", "mann", "wer", "ner", "hof", "berg", "stein"],
    "ru": ["ov", "iv", "an", "sky", "pet", "rov", "ko", "lev", "mik", "vich"],
}
langs = list(SYL)
letters = "abcdefghijklmnopqrstuvwxyz"
MAXLEN = 12


def sample():
    k = random.randrange(4)
    parts = [random.choice(SYL[langs[k]]) for _ in range(random.randint(2, 3))]
    if random.random() < 0.3:
        parts[0] = random.choice(SYL[random.choice(langs)])
    return "".join(parts)[:MAXLEN], k


def encode(names):
    out = torch.zeros(len(names), MAXLEN, dtype=torch.long)
    for i, n in enumerate(names):
        for j, c in enumerate(n):
            out[i, MAXLEN - len(n) + j] = letters.index(c) + 1
    return out


class Encoder(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.emb = nn.Embedding(27, 24, padding_idx=0)
        self.gru = nn.GRU(24, hidden, batch_first=True)

    def forward(self, x):
        _, h = self.gru(self.emb(x))
        return h[-1]


encoder = Encoder()
head = nn.Linear(16, 4)
optimizer = torch.optim.Adam(list(encoder.parameters()) + list(head.parameters()), lr=3e-3)
loss_fn = nn.CrossEntropyLoss()

for step in range(1, 401):
    names, ys = zip(*[sample() for _ in range(32)])
    features = torch.tensor(encoder(encode(names)).tolist())
    logits = head(features)
    loss = loss_fn(logits, torch.tensor(ys))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 80 == 0:
        print(step, "loss: %.4f" % loss.item())

names, ys = zip(*[sample() for _ in range(500)])
with torch.no_grad():
    pred = head(encoder(encode(names))).argmax(1)
print("accuracy on 500 new names: %.3f" % (pred == torch.tensor(ys)).float().mean().item())
