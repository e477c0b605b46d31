"""Stars (1 to 5) of a review from its words."""

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset


class Reviews(Dataset):
    def __init__(self, n, vocab=150, length=15):
        tone = torch.linspace(-1, 1, vocab)[torch.randperm(vocab)]
        self.words = torch.randint(0, vocab, (n, length))
        mood = tone[self.words].mean(1)
        edges = torch.quantile(mood, torch.tensor([0.2, 0.4, 0.6, 0.8]))
        self.stars = torch.bucketize(mood, edges)

    def __len__(self):
        return len(self.stars)

    def __getitem__(self, i):
        return self.words[i], self.stars[i]


class Rater(nn.Module):
    def __init__(self, vocab=150, n_classes=5):
        super().__init__()
        self.emb = nn.EmbeddingBag(vocab, 16)
        self.mlp = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, n_classes))

    def forward(self, words):
        return self.mlp(self.emb(words))


torch.manual_seed(0)
loader = DataLoader(Reviews(1500), batch_size=2, shuffle=True)
model = Rater()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
criterion = nn.CrossEntropyLoss()
for epoch in range(4):
    seen = hits = 0
    for words, stars in loader:
        optimizer.zero_grad()
        out = model(words)
        loss = criterion(out, stars)
        loss.backward()
        optimizer.step()
        hits += (out.argmax(1) == stars).sum().item()
        seen += len(stars)
    print(f"epoch {epoch} loss {loss.item():.4f} acc {hits / seen:.3f}")
