import os
import random
import torch
from torch import nn
from torch.utils.data import Dataset, DataLoader

SEED = int(os.environ.get("SEED", "0"))
random.seed(SEED)
torch.manual_seed(SEED)

GOOD = ["good", "great", "lovely", "superb", "fine", "bright"]
BAD = ["bad", "awful", "dull", "poor", "weak", "boring"]
FILL = ["the", "film", "was", "a", "plot", "actor", "and", "scene", "very", "it", "of", "in", "story", "this", "one"]
VOCAB = {w: i + 1 for i, w in enumerate(GOOD + BAD + FILL)}
MAX_LEN = 14


def make_review():
    label = random.randint(0, 1)
    words = [random.choice(FILL) for _ in range(random.randint(6, 10))]
    for _ in range(3):
        pool = GOOD if (random.random() < 0.92) == (label == 1) else BAD
        words.insert(random.randint(0, len(words)), random.choice(pool))
    return words, label


class Reviews(Dataset):
    def __init__(self, n):
        self.items = [make_review() for _ in range(n)]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        words, label = self.items[i]
        ids = [VOCAB[w] for w in words][:MAX_LEN]
        ids = [0] * (MAX_LEN - len(ids)) + ids
        return torch.tensor(ids), torch.tensor(label)


class LSTMClassifier(nn.Module):
    def __init__(self, vocab_size, emb_dim=24, hidden=32):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=0)
        self.lstm = nn.LSTM(emb_dim, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, 2)

    def forward(self, ids):
        emb = self.embedding(ids)
        out, (h, c) = self.lstm(emb)
        return self.fc(h[-1])


train_set, test_set = Reviews(1000), Reviews(400)
train_loader = DataLoader(train_set, batch_size=32, shuffle=True)
test_loader = DataLoader(test_set, batch_size=200)
model = LSTMClassifier(len(VOCAB) + 1)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.003)

for epoch in range(6):
    for ids, labels in train_loader:
        logits = model(ids)
        loss = criterion(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("epoch", epoch, loss.item())

hits = total = ones = 0
with torch.no_grad():
    for ids, labels in test_loader:
        hits += (model(ids).argmax(1) == labels).sum().item()
        ones += labels.sum().item()
        total += len(labels)
print("METRIC", hits / total, "CHANCE", max(ones, total - ones) / total)
