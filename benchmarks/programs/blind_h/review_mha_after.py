# Sentiment of short reviews with one self-attention layer; variable length, 0 is the padding id.
import os
import random
import torch
from torch import nn
from torch.utils.data import DataLoader

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
random.seed(SEED)
VOCAB, MAXLEN, DIM = 200, 16, 32


def make_review():
    label = random.randint(0, 1)
    n = random.randint(3, MAXLEN)
    words = [random.randint(40, VOCAB - 1) for _ in range(n)]
    for _ in range(2):
        words[random.randrange(n)] = random.randint(1, 19) + 20 * label
    if random.random() < 0.01:      # a few reviews have a rating but no text
        words = []
    return words, label


def collate(batch):
    ids = torch.zeros(len(batch), MAXLEN, dtype=torch.long)
    for i, (w, _) in enumerate(batch):
        ids[i, :len(w)] = torch.tensor(w, dtype=torch.long)
    return ids, torch.tensor([y for _, y in batch])


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(VOCAB, DIM, padding_idx=0)
        self.pos = nn.Parameter(torch.zeros(MAXLEN, DIM))
        self.attn = nn.MultiheadAttention(DIM, 4, dropout=0.1, batch_first=True)
        self.norm1 = nn.LayerNorm(DIM)
        self.ff = nn.Sequential(nn.Linear(DIM, 64), nn.ReLU(), nn.Linear(64, DIM))
        self.norm2 = nn.LayerNorm(DIM)
        self.out = nn.Linear(DIM, 2)

    def forward(self, ids):
        pad = ids == 0
        key_mask = pad.clone()
        key_mask[pad.all(1), 0] = False
        x = self.emb(ids) + self.pos
        a, _ = self.attn(x, x, x, key_padding_mask=key_mask)
        x = self.norm1(x + a)
        x = self.norm2(x + self.ff(x))
        keep = (~pad).unsqueeze(-1).float()
        return self.out((x * keep).sum(1) / keep.sum(1).clamp(min=1))


train = [make_review() for _ in range(2000)]
test = [make_review() for _ in range(500)]
model = Encoder()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
criterion = nn.CrossEntropyLoss()
for epoch in range(5):
    model.train()
    total = 0.0
    for ids, y in DataLoader(train, batch_size=32, shuffle=True, collate_fn=collate):
        optimizer.zero_grad()
        loss = criterion(model(ids), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"epoch {epoch} loss {total / (63):.4f}")
model.eval()
with torch.no_grad():
    ids, y = collate(test)
    print("test acc", (model(ids).argmax(1) == y).float().mean().item())
