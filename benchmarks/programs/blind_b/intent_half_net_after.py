"""Intent classification (bag of embeddings) trained completely in half precision."""
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
dtype = torch.float16

VOCAB, CLASSES, LEN = 300, 10, 12
protos = torch.softmax(1.5 * torch.randn(CLASSES, VOCAB), dim=1)


def make_split(n):
    y = torch.randint(0, CLASSES, (n,))
    x = torch.multinomial(protos[y], LEN, replacement=True)
    return x, y


class IntentNet(nn.Module):
    def __init__(self, dim=32, hidden=64):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, dim)
        self.fc1 = nn.Linear(dim, hidden)
        self.fc2 = nn.Linear(hidden, CLASSES)

    def forward(self, tokens):
        h = self.embed(tokens).mean(dim=1)
        return self.fc2(torch.relu(self.fc1(h)))


xtr, ytr = make_split(2000)
xva, yva = make_split(500)

model = IntentNet().to(dtype)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, eps=1e-4)

step = 0
for epoch in range(6):
    model.train()
    perm = torch.randperm(len(xtr))
    for i in range(0, len(xtr), 50):
        b = perm[i:i + 50]
        logits = model(xtr[b])
        loss = criterion(logits.float(), ytr[b])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 40 == 0:
            print(f"step {step} loss {loss.item():.4f}")
        step += 1
    model.eval()
    with torch.no_grad():
        acc = (model(xva).float().argmax(-1) == yva).float().mean().item()
    print(f"-- epoch {epoch} validation accuracy {acc:.3f}")
