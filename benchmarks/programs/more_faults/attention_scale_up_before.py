# Look-up task: the last token names a position, the answer is the digit that stands there.

import torch
import torch.nn as nn

torch.manual_seed(0)
T, VOCAB, DIM = 24, 12, 96


class Attention(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.q, self.k, self.v = nn.Linear(dim, dim), nn.Linear(dim, dim), nn.Linear(dim, dim)

    def forward(self, query, x):
        scores = self.q(query) @ self.k(x).transpose(1, 2)
        weights = torch.softmax(scores * x.shape[-1], dim=-1)
        return weights @ self.v(x)


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.digits = nn.Embedding(VOCAB, DIM)
        self.places = nn.Embedding(T, DIM)
        self.attention = Attention(DIM)
        self.out = nn.Linear(DIM, VOCAB)

    def forward(self, digits, place):
        x = self.digits(digits) + self.places.weight
        query = self.places(place).unsqueeze(1)
        return self.out(self.attention(query, x).squeeze(1))


model = Reader()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for step in range(600):
    digits = torch.randint(0, VOCAB, (64, T))
    place = torch.randint(0, T, (64,))
    answer = digits.gather(1, place.unsqueeze(1)).squeeze(1)
    loss = nn.functional.cross_entropy(model(digits, place), answer)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 99:
        print(step + 1, f"{loss.item():.3f}")
