import os
import random
import torch
from torch import nn, optim

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)

POS = "great wonderful lovely superb brilliant charming fun moving".split()
NEG = "dull awful boring terrible weak messy lazy painful".split()
FILL = "the a film movie was it and plot actor scene with story of this i think really very".split()
word2id = {w: i + 1 for i, w in enumerate(POS + NEG + FILL + ["not"])}


def review():
    label = random.randint(0, 1)
    words = [random.choice(FILL) for _ in range(10)]
    for _ in range(2):
        flip = random.random() < 0.3
        w = random.choice(POS if (label == 1) != flip else NEG)
        p = random.randrange(1, 10)
        words[p] = w
        words[p - 1] = "not" if flip else words[p - 1]
    return [word2id[w] for w in words], float(label)


train_set = [review() for _ in range(1500)]
valid_set = [review() for _ in range(400)]


class SentimentLSTM(nn.Module):
    def __init__(self, vocab_size, embed_dim=32, hidden_dim=48):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_dim)
        self.lstm = nn.LSTM(embed_dim, hidden_dim, batch_first=True)
        self.fc = nn.Linear(hidden_dim, 1)

    def forward(self, x):
        _, (h, _) = self.lstm(self.embedding(x))
        return self.fc(h[-1]).squeeze(1)


def evaluate(model):
    model.eval()
    x = torch.tensor([r[0] for r in valid_set])
    y = torch.tensor([r[1] for r in valid_set])
    with torch.no_grad():
        out = model(x)
    return ((out > 0).float() == y).float().mean().item()


model = SentimentLSTM(len(word2id) + 1)
criterion = nn.BCEWithLogitsLoss()
optimizer = optim.SGD(model.parameters(), lr=0.3, momentum=0.9)

for epoch in range(12):
    model.train()
    random.shuffle(train_set)
    epoch_loss = 0
    for i in range(0, len(train_set), 50):
        chunk = train_set[i:i + 50]
        x = torch.tensor([r[0] for r in chunk])
        y = torch.tensor([r[1] for r in chunk])
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        epoch_loss += loss.item()
    print(f"Epoch {epoch + 1:02d} | loss {epoch_loss / 30:.3f} | valid acc {evaluate(model):.3f}")
