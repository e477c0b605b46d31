"""Intent classification for a chat bot with a bag of embeddings, small home-made text corpus."""
import os
import random
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
random.seed(SEED)

templates = {
    "greet": ["hello there {x}", "hi {x} how are you", "good morning {x}", "hey {x} nice to see you"],
    "bye": ["goodbye {x}", "see you later {x}", "bye for now {x}", "talk to you tomorrow {x}"],
    "order": ["i want to buy {x}", "please order two {x}", "can i get some {x}", "add {x} to my cart"],
    "refund": ["i want my money back for {x}", "please refund {x}", "return the broken {x}", "{x} was damaged"],
    "weather": ["will it rain in {x}", "is it sunny in {x} today", "what is the temperature in {x}", "weather for {x} please"],
}
fill = "anna bob pizza paris london shoes phone laptop berlin coffee tea books maria madrid tom lamp".split()
intents = sorted(templates)
data = []
for k, name in enumerate(intents):
    for _ in range(120):
        words = random.choice(templates[name]).format(x=random.choice(fill)).split()
        if random.random() < 0.4:
            words.pop(random.randrange(len(words)))
        data.append((words, k))
random.shuffle(data)
vocab = {w: i for i, w in enumerate(sorted({w for s, _ in data for w in s}))}


def collate(batch):
    ids, offsets, labels = [], [], []
    for words, k in batch:
        offsets.append(len(ids))
        ids += [vocab[w] for w in words]
        labels.append(k)
    return torch.tensor(ids), torch.tensor(offsets), torch.tensor(labels)


class IntentModel(nn.Module):
    def __init__(self, dim=32):
        super().__init__()
        self.emb = nn.EmbeddingBag(len(vocab), dim, mode="mean")
        self.fc = nn.Sequential(nn.Linear(dim, 32), nn.ReLU(), nn.Linear(32, len(intents)))

    def forward(self, ids, offsets):
        return self.fc(self.emb(ids, offsets))


train, test = data[:450], data[450:]
model = IntentModel()
loss_fn = nn.NLLLoss()
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(12):
    random.shuffle(train)
    for b in range(0, len(train), 32):
        ids, off, lab = collate(train[b:b + 32])
        opt.zero_grad()
        loss = loss_fn(model(ids, off), lab)
        loss.backward()
        opt.step()
    if epoch % 3 == 0:
        print(f"epoch {epoch} loss {loss.item():.4f}")

with torch.no_grad():
    ids, off, lab = collate(test)
    print("test accuracy", (model(ids, off).argmax(1) == lab).float().mean().item())
