# LSTM that reads a string of brackets and predicts the nesting depth after every character
import os
import random
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)

VOCAB = {"(": 0, ")": 1, "a": 2}
MAXD = 5


def sample(length):
    depth, chars, depths = 0, [], []
    for _ in range(length):
        options = ["a"]
        if depth < MAXD:
            options += ["(", "("]
        if depth > 0:
            options += [")"]
        c = random.choice(options)
        depth += {"(": 1, ")": -1, "a": 0}[c]
        chars.append(VOCAB[c])
        depths.append(depth)
    return chars, depths


def batch(n, length=20):
    pairs = [sample(length) for _ in range(n)]
    return torch.tensor([p[0] for p in pairs]), torch.tensor([p[1] for p in pairs])


class DepthLSTM(nn.Module):
    def __init__(self, h=32):
        super().__init__()
        self.embedding = nn.Embedding(3, 8)
        self.lstm = nn.LSTM(8, h, batch_first=True)
        self.out = nn.Linear(h, MAXD + 1)

    def forward(self, x, state=None):
        o, state = self.lstm(self.embedding(x), state)
        return self.out(o), state


model = DepthLSTM()
criterion = nn.CrossEntropyLoss(reduction="sum")
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)

for it in range(1, 301):
    x, y = batch(32)
    logits, _ = model(x)
    loss = criterion(logits.reshape(-1, MAXD + 1), y.reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optimizer.step()
    if it % 50 == 0:
        print("iteration", it, "summed loss", round(loss.item(), 2))

model.eval()
with torch.no_grad():
    x, y = batch(300)
    acc = (model(x)[0].argmax(-1) == y).float().mean().item()
print("per-character accuracy: %.3f" % acc)
