import os
import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

config = dict(vocab=60, seq_len=16, d_model=32, nhead=4, layers=2, lr=1e-3, epochs=8, batch=32)


def make_sentences(n):
    # class = which of four topic word groups is the most frequent one in the sentence
    X = np.random.randint(20, config["vocab"], (n, config["seq_len"]))
    y = np.random.randint(0, 4, n)
    for i in range(n):
        pos = np.random.permutation(config["seq_len"])
        X[i, pos[:4]] = y[i] * 5 + np.random.randint(0, 5, 4)
        X[i, pos[4]] = np.random.randint(0, 20)
    return torch.tensor(X), torch.tensor(y)


train = TensorDataset(*make_sentences(1600))
Xv, yv = make_sentences(400)
loader = DataLoader(train, batch_size=config["batch"], shuffle=True)


class TextClassifier(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.embedding = nn.Embedding(c["vocab"], c["d_model"])
        self.position = nn.Embedding(c["seq_len"], c["d_model"])
        layer = nn.TransformerEncoderLayer(c["d_model"], c["nhead"], 4 * c["d_model"], dropout=0.1, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, c["layers"])
        self.classifier = nn.Linear(c["d_model"], 4)

    def forward(self, x):
        h = self.embedding(x) + self.position(torch.arange(x.shape[1]))
        return self.classifier(self.encoder(h).mean(1))


model = TextClassifier(config)
optimizer = torch.optim.Adam(model.parameters(), lr=config["lr"])
criterion = nn.CrossEntropyLoss()
for epoch in range(config["epochs"]):
    model.train()
    total = 0
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
        total += loss.item()
    model.eval()
    with torch.no_grad():
        acc = (model(Xv).argmax(1) == yv).float().mean().item()
    print(f"Epoch {epoch + 1} train_loss={total / len(loader):.4f} val_acc={acc:.4f}")
