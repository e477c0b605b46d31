# character language model on a short text
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

text = """this is the house that jack built. this is the malt that lay in the house that jack built.
this is the rat that ate the malt that lay in the house that jack built.
this is the cat that killed the rat that ate the malt that lay in the house that jack built.
this is the dog that worried the cat that killed the rat that ate the malt that lay in the house that jack built.
""" * 6
chars = sorted(set(text))
stoi = {c: i for i, c in enumerate(chars)}
ids = np.array([stoi[c] for c in text])
V = len(chars)


class CharRNN(nn.Module):
    def __init__(self, hidden=64):
        super().__init__()
        self.embed = nn.Embedding(V, 24)
        self.lstm = nn.LSTM(24, hidden, batch_first=True)
        self.head = nn.Linear(hidden, V)

    def forward(self, x):
        h, _ = self.lstm(self.embed(x))
        return self.head(h)


def get_batch(bs=24, T=30):
    st = np.random.randint(0, len(ids) - T - 1, bs)
    x = np.stack([ids[s:s + T] for s in st])
    y = np.stack([ids[s + 1:s + T + 1] for s in st])
    return torch.from_numpy(x), torch.from_numpy(y)


net = CharRNN()
opt = torch.optim.SGD(net.parameters(), lr=1.0, momentum=0.9)
lossf = nn.CrossEntropyLoss()
avg = None
for it in range(260):
    x, y = get_batch()
    out = net(x)
    loss = lossf(out.reshape(-1, V), y.reshape(-1))
    opt.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    opt.step()
    avg = loss.item() if avg is None else 0.95 * avg + 0.05 * loss.item()
    if it % 40 == 0:
        print("iter", it, "loss %.3f" % avg)
with torch.no_grad():
    x, y = get_batch(100)
    acc = (net(x).argmax(-1) == y).float().mean().item()
freq = np.bincount(ids).max() / len(ids)
print(f"smoothed loss {avg:.3f}, next-char accuracy {acc:.3f}, most frequent char {freq:.3f}")
