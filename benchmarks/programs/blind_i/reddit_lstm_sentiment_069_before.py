"""LSTM sentence classifier, made-up reviews of 20 tokens."""
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
VOCAB, LEN = 500, 20
LR = 1e-5


def reviews(n):
    x = torch.randint(40, VOCAB, (n, LEN))
    y = torch.randint(0, 2, (n,))
    for i in range(n):
        k = int(torch.randint(2, 5, (1,)))
        pos = torch.randperm(LEN)[:k]
        x[i, pos] = torch.randint(0, 20, (k,)) + 20 * y[i]
    return x, y.float()


class SentimentRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCAB, 64)
        self.lstm = nn.LSTM(64, 32, batch_first=True)
        self.fc = nn.Linear(32, 1)

    def forward(self, x):
        out, (h, c) = self.lstm(self.embedding(x))
        return self.fc(h[-1]).squeeze(1)


xtr, ytr = reviews(1500)
xte, yte = reviews(300)
model = SentimentRNN()
optimizer = torch.optim.Adam(model.parameters(), lr=LR)
for epoch in range(8):
    total = 0.
    for b in torch.randperm(1500).split(50):
        loss = F.binary_cross_entropy_with_logits(model(xtr[b]), ytr[b])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5)
        optimizer.step()
        total += loss.item()
    print("Epoch: %d  Loss: %.6f" % (epoch + 1, total / 30))
with torch.no_grad():
    print("Test accuracy: %.3f" % ((model(xte) > 0).float() == yte).float().mean())
