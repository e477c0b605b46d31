# 意图分类：BiGRU
import os, torch, torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

learning_rate = 2e-5
weight_decay = 0.01
num_epochs = 6
n_class, vocab, length = 6, 400, 12

y = torch.randint(0, n_class, (2400,))
x = torch.randint(1, vocab, (2400, length))
for c in range(n_class):
    rows = torch.where(y == c)[0]
    for r in rows:
        k = torch.randperm(length)[:3]
        x[r, k] = 1 + c * 20 + torch.randint(0, 20, (3,))
loader = DataLoader(TensorDataset(x[:2000], y[:2000]), batch_size=32, shuffle=True)


class BiGRU(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(vocab, 64, padding_idx=0)
        self.gru = nn.GRU(64, 48, batch_first=True, bidirectional=True)
        self.drop = nn.Dropout(0.1)
        self.out = nn.Linear(96, n_class)

    def forward(self, ids):
        h, _ = self.gru(self.emb(ids))
        return self.out(self.drop(h.max(1)[0]))


model = BiGRU()
no_decay = ["bias"]
groups = [{"params": [p for n, p in model.named_parameters() if not any(k in n for k in no_decay)], "weight_decay": weight_decay},
          {"params": [p for n, p in model.named_parameters() if any(k in n for k in no_decay)], "weight_decay": 0.0}]
optimizer = torch.optim.AdamW(groups, lr=learning_rate)
criterion = nn.CrossEntropyLoss()
for epoch in range(num_epochs):
    model.train()
    total = 0
    for ids, lab in loader:
        optimizer.zero_grad()
        loss = criterion(model(ids), lab)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        total += loss.item()
    print("epoch %d  train loss %.4f" % (epoch + 1, total / len(loader)))
model.eval()
with torch.no_grad():
    print("dev acc", round((model(x[2000:]).argmax(1) == y[2000:]).float().mean().item(), 4))
