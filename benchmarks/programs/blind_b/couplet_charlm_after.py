"""Tiny character level language model (GRU) on a nursery rhyme."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

text = """the house that jack built. this is the malt that lay in the house that jack built.
this is the rat that ate the malt that lay in the house that jack built.
this is the cat that killed the rat that ate the malt that lay in the house that jack built.
this is the dog that worried the cat that killed the rat that ate the malt that lay in the house that jack built.
""" * 6

chars = sorted(set(text))
stoi = {c: i for i, c in enumerate(chars)}
itos = {i: c for c, i in stoi.items()}
data = torch.tensor([stoi[c] for c in text])
block_size, batch_size = 32, 32


class CharGRU(nn.Module):
    def __init__(self, vocab, emb=24, hidden=96):
        super().__init__()
        self.emb = nn.Embedding(vocab, emb)
        self.gru = nn.GRU(emb, hidden, batch_first=True)
        self.out = nn.Linear(hidden, vocab)

    def forward(self, idx):
        h, _ = self.gru(self.emb(idx))
        logits = self.out(h)
        return F.log_softmax(logits, dim=-1)


def get_batch():
    ix = torch.randint(len(data) - block_size - 1, (batch_size,))
    x = torch.stack([data[i:i + block_size] for i in ix])
    y = torch.stack([data[i + 1:i + block_size + 1] for i in ix])
    return x, y


model = CharGRU(len(chars))
opt = torch.optim.Adam(model.parameters(), lr=3e-3)

for it in range(250):
    x, y = get_batch()
    logp = model(x)
    loss = F.nll_loss(logp.reshape(-1, len(chars)), y.reshape(-1))
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 50 == 0:
        print(f"iter {it:4d}  loss {loss.item():.4f}")

with torch.no_grad():
    x, y = get_batch()
    acc = (model(x).argmax(-1) == y).float().mean().item()
print(f"next-char accuracy {acc:.3f}   (most common char: {data.bincount().max().item() / len(data):.3f})")
