"""Classify short date strings by season with a character LSTM."""
import os, random
import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)

CFG = dict(
    lr=0.1,
    momentum=0.9,
    max_norm=1.0,
    batch=32,
    steps=350,
)
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789 "


def example():
    m = random.randrange(12)
    s = f"{MONTHS[m]} {random.randint(1, 28):02d}"
    return [ALPHABET.index(c) for c in s], (m % 12) // 3


def batch(n):
    xs, ys = zip(*(example() for _ in range(n)))
    return torch.tensor(xs), torch.tensor(ys)


class CharLSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(len(ALPHABET), 16)
        self.lstm = nn.LSTM(16, 48, batch_first=True)
        self.cls = nn.Linear(48, 4)

    def forward(self, x):
        o, _ = self.lstm(self.emb(x))
        return self.cls(o.mean(1))


model = CharLSTM()
opt = torch.optim.SGD(model.parameters(), lr=CFG["lr"], momentum=CFG["momentum"])
ce = nn.CrossEntropyLoss()
avg = None
for step in range(CFG["steps"]):
    x, y = batch(CFG["batch"])
    loss = ce(model(x), y)
    opt.zero_grad()
    loss.backward()
    clip_grad_norm_(model.parameters(), CFG["max_norm"])
    opt.step()
    avg = loss.item() if avg is None else 0.95 * avg + 0.05 * loss.item()
    if step % 70 == 0:
        print(f"{step}: {avg:.4f}")

with torch.no_grad():
    x, y = batch(400)
    print(f"accuracy {(model(x).argmax(1) == y).float().mean():.3f} (four seasons)")
