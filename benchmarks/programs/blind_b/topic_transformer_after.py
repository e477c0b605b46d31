import os, random
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED); random.seed(SEED)

# --- synthetic "news topic" corpus: every topic has a few favourite words ---
N_TOPICS, VOCAB, SEQ = 20, 200, 16
fav = {k: [20 + 9 * k + j for j in range(9)] for k in range(N_TOPICS)}


def sample(n):
    xs, ys = [], []
    for _ in range(n):
        k = random.randrange(N_TOPICS)
        s = [random.choice(fav[k]) if random.random() < 0.4 else random.randrange(VOCAB) for _ in range(SEQ)]
        xs.append(s); ys.append(k)
    return torch.tensor(xs), torch.tensor(ys)


class TopicModel(nn.Module):
    def __init__(self, d=48, heads=4, layers=2):
        super().__init__()
        self.tok = nn.Embedding(VOCAB, d)
        self.pos = nn.Parameter(torch.randn(1, SEQ, d) * 0.02)
        enc = nn.TransformerEncoderLayer(d, heads, dim_feedforward=96, dropout=0.1, batch_first=True)
        self.encoder = nn.TransformerEncoder(enc, layers)
        self.classifier = nn.Linear(d, N_TOPICS)

    def forward(self, x):
        h = self.encoder(self.tok(x) + self.pos).mean(dim=1)
        return self.classifier(h)


train_x, train_y = sample(1600)
val_x, val_y = sample(400)
model = TopicModel()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-4, weight_decay=0.01)
BS = 32

for epoch in range(5):
    model.train()
    perm = torch.randperm(len(train_x))
    running = 0.0
    for i in range(0, len(perm), BS):
        b = perm[i:i + BS]
        optimizer.zero_grad()
        out = model(train_x[b])
        loss = criterion(out, train_y[b])
        loss.backward()
        optimizer.step()
        running += loss.item()
    model.eval()
    with torch.no_grad():
        pred = model(val_x).argmax(1)
    print(f"[{epoch + 1}] loss={running / (len(perm) / BS):.3f} val_acc={(pred == val_y).float().mean():.3f}")
