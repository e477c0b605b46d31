import torch
import torch.nn as nn
import torch.nn.functional as F


class TopicClassifier(nn.Module):
    """Averages word vectors and classifies."""

    def __init__(self, vocab=400, dim=32, topics=6):
        super().__init__()
        self.bag = nn.EmbeddingBag(vocab, dim, mode="mean")
        self.fc = nn.Linear(dim, topics)

    def forward(self, words):
        return F.softmax(self.fc(self.bag(words)), dim=1)


torch.manual_seed(0)
topic_words = torch.stack([torch.randperm(400)[:60] for _ in range(6)])
labels = torch.randint(0, 6, (1200,))
picks = torch.randint(0, 60, (1200, 20))
docs = topic_words[labels].gather(1, picks)
noise = torch.rand(1200, 20) < 0.5
docs = torch.where(noise, torch.randint(0, 400, (1200, 20)), docs)

model = TopicClassifier()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
criterion = nn.NLLLoss()
for epoch in range(15):
    total = correct = 0
    for idx in torch.randperm(1000).split(25):
        optimizer.zero_grad()
        out = model(docs[idx])
        loss = criterion(out, labels[idx])
        loss.backward()
        optimizer.step()
        total += loss.item()
    with torch.no_grad():
        acc = (model(docs[1000:]).argmax(1) == labels[1000:]).float().mean().item()
    if epoch % 3 == 2:
        print(f"epoch {epoch + 1} loss {total / 40:.4f} test acc {acc:.3f}")
