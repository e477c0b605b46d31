"""Classifying names with a character level RNN, one name at a time, update written by hand."""
import os
import random
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)
ENDS = {"it": ["ini", "etti", "ola"], "ru": ["ov", "enko", "sky"], "jp": ["moto", "awa", "ishi"], "nl": ["stra", "ink", "huis"]}
CATS = sorted(ENDS)
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def random_name():
    c = random.choice(CATS)
    stem = "".join(random.choice("bdkmrst") + random.choice("aeiou") for _ in range(random.randint(1, 2)))
    return c, stem + random.choice(ENDS[c])


def line_to_tensor(line):
    t = torch.zeros(len(line), 1, len(LETTERS))
    for i, ch in enumerate(line):
        t[i][0][LETTERS.index(ch)] = 1
    return t


class RNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.i2h = nn.Linear(input_size + hidden_size, hidden_size)
        self.i2o = nn.Linear(input_size + hidden_size, output_size)
        self.softmax = nn.LogSoftmax(dim=1)

    def forward(self, inp, hidden):
        combined = torch.cat((inp, hidden), 1)
        return self.softmax(self.i2o(combined)), self.i2h(combined)


rnn = RNN(len(LETTERS), 48, len(CATS))
criterion = nn.NLLLoss()
learning_rate = 0.005


def train(cat, line):
    hidden = torch.zeros(1, rnn.hidden_size)
    rnn.zero_grad()
    for ch in line_to_tensor(line):
        output, hidden = rnn(ch, hidden)
    loss = criterion(output, torch.tensor([CATS.index(cat)]))
    loss.backward()
    for p in rnn.parameters():
        p.data.add_(p.grad.data, alpha=-learning_rate)
    return output, loss.item()


cur = 0.0
for it in range(1, 2001):
    cat, line = random_name()
    out, l = train(cat, line)
    cur += l
    if it % 400 == 0:
        print(it, "%.4f" % (cur / 400), line, "/", CATS[out.argmax().item()])
        cur = 0.0
ok = 0
with torch.no_grad():
    for _ in range(300):
        cat, line = random_name()
        h = torch.zeros(1, rnn.hidden_size)
        for ch in line_to_tensor(line):
            o, h = rnn(ch, h)
        ok += CATS[o.argmax().item()] == cat
print("accuracy on fresh names", ok / 300)
