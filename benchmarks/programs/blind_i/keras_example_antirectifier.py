# Keras example "antirectifier": concatenates the positive and the negative part, output twice as wide
import os
import torch
from torch import nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Antirectifier(nn.Module):
    def forward(self, x):
        x = x - x.mean(dim=1, keepdim=True)
        x = F.normalize(x, dim=1)
        return torch.cat([F.relu(x), F.relu(-x)], dim=1)


d = load_digits()
x = torch.tensor(d.data / 16.0, dtype=torch.float32)
y = torch.tensor(d.target)
perm = torch.randperm(len(x))
x, y = x[perm], y[perm]
model = nn.Sequential(nn.Linear(64, 128), Antirectifier(), nn.Dropout(0.1),
                      nn.Linear(256, 128), Antirectifier(), nn.Dropout(0.1), nn.Linear(256, 10))
for m in model:
    if isinstance(m, nn.Linear):
        nn.init.xavier_uniform_(m.weight)
        nn.init.zeros_(m.bias)
opt = torch.optim.RMSprop(model.parameters(), lr=1e-3, alpha=0.9, eps=1e-7)
for epoch in range(12):
    model.train()
    for b in torch.randperm(1400).split(64):
        loss = F.cross_entropy(model(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    model.eval()
    with torch.no_grad():
        out = model(x[1400:])
        print(f"Epoch {epoch + 1}/12 loss {loss.item():.4f} val_loss {F.cross_entropy(out, y[1400:]).item():.4f} val_acc {(out.argmax(1) == y[1400:]).float().mean():.4f}")
