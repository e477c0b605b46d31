"""Look up digits by noisy keys: attention whose temperature is annealed while it learns."""

import os

import torch
import torch.nn.functional as F
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

SLOTS, CODES, DIM = 32, 64, 32
names = F.normalize(torch.randn(CODES, DIM), dim=1)
photos = F.normalize(torch.randn(CODES, DIM), dim=1)


def lookups(count):
    """Slots hold a name and a digit each; the question is a photo, the answer its digit."""
    codes = torch.stack([torch.randperm(CODES)[:SLOTS] for _ in range(count)])
    digits = torch.randint(0, 10, (count, SLOTS))
    asked = torch.randint(0, SLOTS, (count,))
    keys = names[codes] + 0.1 * torch.randn(count, SLOTS, DIM)
    question = photos[codes[torch.arange(count), asked]] + 0.1 * torch.randn(count, DIM)
    return keys, digits, question, digits[torch.arange(count), asked]


class Lookup(nn.Module):
    def __init__(self, heads=4, size=16):
        super().__init__()
        self.heads, self.size = heads, size
        self.query = nn.Linear(DIM, heads * size, bias=False)
        self.key = nn.Linear(DIM, heads * size, bias=False)
        self.value = nn.Embedding(10, heads * size)
        self.temperature = 1.0
        self.out = nn.Linear(heads * size, 10)

    def forward(self, keys, digits, question):
        n = len(keys)
        q = self.query(question).view(n, 1, self.heads, self.size).transpose(1, 2)
        k = self.key(keys).view(n, SLOTS, self.heads, self.size).transpose(1, 2)
        v = self.value(digits).view(n, SLOTS, self.heads, self.size).transpose(1, 2)
        scores = q @ k.transpose(2, 3) / (self.size**0.5 * self.temperature)
        mixed = F.softmax(scores, dim=-1) @ v
        return self.out(mixed.transpose(1, 2).reshape(n, -1))


net = Lookup()
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
EPOCHS, BATCHES = 25, 40

for epoch in range(EPOCHS):
    total = 0.0
    for _ in range(BATCHES):
        keys, digits, question, answer = lookups(48)
        loss = F.cross_entropy(net(keys, digits, question), answer)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    net.temperature = max(0.9 * net.temperature, 1e-6)
    if epoch % 4 == 3:
        print(f"epoch {epoch + 1} loss {total / BATCHES:.4f} temperature {net.temperature:.2g}")
