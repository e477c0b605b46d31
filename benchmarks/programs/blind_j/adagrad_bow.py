# bag-of-words sentiment with EmbeddingBag, a sparse and long-tailed vocabulary
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
V, N, L = 500, 3000, 20
polarity = torch.randn(V) * (torch.rand(V) < 0.4)
freq = 1.0 / torch.arange(1, V + 1).float() ** 0.7
docs = torch.multinomial(freq, N * L, replacement=True).view(N, L)
score = polarity[docs].sum(1)
y = (score > score.median()).float()


class BoW(nn.Module):
    def __init__(self):
        super().__init__()
        self.bag = nn.EmbeddingBag(V, 16, mode="mean")
        self.fc = nn.Linear(16, 1)

    def forward(self, ids):
        return self.fc(self.bag(ids)).squeeze(1)


def accuracy(m, ids, t):
    with torch.no_grad():
        return ((m(ids) > 0) == t.bool()).float().mean().item()


if __name__ == "__main__":
    model = BoW()
    optimizer = torch.optim.Adagrad(model.parameters(), lr=0.1)
    loss_fn = nn.BCEWithLogitsLoss()
    for epoch in range(8):
        total = 0.0
        for b in torch.randperm(2500).split(50):
            optimizer.zero_grad()
            loss = loss_fn(model(docs[b]), y[b])
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"epoch {epoch} loss {total / 50:.4f} test acc {accuracy(model, docs[2500:], y[2500:]):.4f}")
