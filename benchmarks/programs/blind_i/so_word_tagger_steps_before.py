# part of speech tagging with an LSTM, mini corpus made from templates
import os, random
import torch
import torch.nn as nn
import torch.optim as optim

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
random.seed(SEED)

DET = ["the", "a", "every", "that"]
NN = ["dog", "apple", "book", "child", "light", "play", "run"]
V = ["ate", "read", "saw", "light", "play", "run"]
ADJ = ["red", "big", "light", "old"]
templates = [("DET", "NN", "V", "DET", "NN"), ("DET", "ADJ", "NN", "V", "DET", "ADJ", "NN"),
             ("DET", "NN", "V"), ("NN", "V", "DET", "ADJ", "NN"), ("DET", "ADJ", "ADJ", "NN", "V")]
words = dict(DET=DET, NN=NN, V=V, ADJ=ADJ)
data = []
for _ in range(250):
    tpl = random.choice(templates)
    data.append(([random.choice(words[t]) for t in tpl], list(tpl)))
train, test = data[:200], data[200:]
w2i = {w: i for i, w in enumerate(sorted({w for ws in words.values() for w in ws}))}
t2i = {"DET": 0, "NN": 1, "V": 2, "ADJ": 3}


def prepare(seq, table):
    return torch.tensor([table[s] for s in seq])


class LSTMTagger(nn.Module):
    def __init__(self, emb, hid):
        super().__init__()
        self.emb = nn.Embedding(len(w2i), emb)
        self.lstm = nn.LSTM(emb, hid)
        self.hidden2tag = nn.Linear(hid, len(t2i))

    def forward(self, s):
        out, _ = self.lstm(self.emb(s).view(len(s), 1, -1))
        return torch.log_softmax(self.hidden2tag(out.view(len(s), -1)), dim=1)


model = LSTMTagger(16, 16)
loss_function = nn.NLLLoss()
optimizer = optim.SGD(model.parameters(), lr=0.1)

for epoch in range(5):
    total = 0.
    random.shuffle(train)
    for sentence, tags in train:
        optimizer.zero_grad
        loss = loss_function(model(prepare(sentence, w2i)), prepare(tags, t2i))
        loss.backward()
        optimizer.step()
        total += loss.item()
    print("epoch", epoch, "loss", total / len(train))

hit = n = 0
with torch.no_grad():
    for sentence, tags in test:
        p = model(prepare(sentence, w2i)).argmax(1)
        hit += (p == prepare(tags, t2i)).sum().item()
        n += len(tags)
print("tag accuracy", hit / n)
