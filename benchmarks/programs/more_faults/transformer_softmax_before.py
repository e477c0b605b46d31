"""Transformer encoder: which symbol occurs most often?"""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Counter(nn.Module):
    def __init__(self, vocab=6, d=24):
        super().__init__()
        self.tok = nn.Embedding(vocab, d)
        layer = nn.TransformerEncoderLayer(d, 2, 48, dropout=0.0, batch_first=True)
        self.enc = nn.TransformerEncoder(layer, 1)
        self.head = nn.Linear(d, vocab)

    def forward(self, ids):
        x = self.enc(self.tok(ids)).mean(dim=1)
        return F.softmax(self.head(x), dim=-1)


def batch(n=48, length=15, vocab=6):
    fav = torch.randint(0, vocab, (n,))
    ids = torch.randint(0, vocab, (n, length))
    swap = torch.rand(n, length) < 0.3
    ids = torch.where(swap, fav[:, None], ids)
    return ids, F.one_hot(ids, vocab).sum(1).argmax(1)


torch.manual_seed(0)
model = Counter()
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
criterion = nn.CrossEntropyLoss()
for step in range(400):
    ids, target = batch()
    out = model(ids)
    loss = criterion(out, target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 80 == 79:
        acc = (out.argmax(1) == target).float().mean().item()
        print(f"step {step + 1} loss {loss.item():.4f} acc {acc:.3f}")
