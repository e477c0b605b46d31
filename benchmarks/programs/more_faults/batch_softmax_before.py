import torch
import torch.nn as nn


class IntentNet(nn.Module):
    def __init__(self, vocab=200, n_intents=8):
        super().__init__()
        self.embedding = nn.EmbeddingBag(vocab, 32)
        self.linear = nn.Linear(32, n_intents)
        self.logsoftmax = nn.LogSoftmax(dim=0)

    def forward(self, x):
        return self.logsoftmax(self.linear(self.embedding(x)))


torch.manual_seed(0)
keywords = torch.randint(0, 200, (8, 10))
y = torch.randint(0, 8, (1200,))
x = torch.where(
    torch.rand(1200, 8) < 0.5,
    keywords[y].gather(1, torch.randint(0, 10, (1200, 8))),
    torch.randint(0, 200, (1200, 8)),
)
model = IntentNet()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
criterion = nn.NLLLoss()
for epoch in range(10):
    total = 0.0
    for idx in torch.randperm(1000).split(50):
        loss = criterion(model(x[idx]), y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    with torch.no_grad():
        acc = (model(x[1000:]).argmax(1) == y[1000:]).float().mean().item()
    print(f"epoch {epoch} loss {total / 20:.4f} acc {acc:.3f}")
