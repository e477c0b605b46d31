# Sentiment of short reviews, attention pooling with a padding mask
import os, random
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED); torch.manual_seed(SEED)

good = "great lovely superb fun brilliant warm clever".split()
bad = "boring awful weak silly dull cold clumsy".split()
neutral = "the film plot actor scene was and a with story music very of in".split()
vocab = {w: i + 1 for i, w in enumerate(good + bad + neutral)}      # 0 = padding
MAXLEN = 12


def review():
    label = random.randint(0, 1)
    n = random.randint(0, MAXLEN - 3) if random.random() < 0.02 else random.randint(5, MAXLEN)
    words = [random.choice(neutral) for _ in range(n)]
    for _ in range(min(n, 3)):
        words[random.randrange(n)] = random.choice(good if (label ^ (random.random() < 0.1)) else bad)
    return words, label


def encode(items):
    x = torch.zeros(len(items), MAXLEN, dtype=torch.long)
    for i, (w, _) in enumerate(items):
        for j, tok in enumerate(w):
            x[i, j] = vocab[tok]
    return x, torch.tensor([l for _, l in items])


class AttnPool(nn.Module):
    def __init__(self, d=24):
        super().__init__()
        self.emb = nn.Embedding(len(vocab) + 1, d, padding_idx=0)
        self.key = nn.Linear(d, d)
        self.query = nn.Parameter(torch.randn(d) / d ** 0.5)
        self.out = nn.Linear(d, 2)

    def forward(self, x):
        h = self.emb(x)
        scores = torch.tanh(self.key(h)) @ self.query
        scores = scores.masked_fill(x == 0, float("-inf"))
        w = torch.softmax(scores, dim=1).unsqueeze(-1)
        return self.out((w * h).sum(1))


train = [review() for _ in range(2000)]
train.insert(700, ([], 1))            # people do send empty reviews
test = [review() for _ in range(400)]
test = [r for r in test if len(r[0]) > 0]
xte, yte = encode(test)
model = AttnPool()
opt = torch.optim.Adam(model.parameters(), lr=4e-3)
for epoch in range(4):
    random.shuffle(train)
    tot = 0
    for i in range(0, len(train), 40):
        x, y = encode(train[i:i + 40])
        loss = nn.functional.cross_entropy(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot += loss.item()
    with torch.no_grad():
        acc = (model(xte).argmax(1) == yte).float().mean().item()
    print(f"epoch {epoch} loss {tot / 50:.4f} test accuracy {acc:.3f}")
