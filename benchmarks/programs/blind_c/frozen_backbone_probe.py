import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
X, y = load_digits(return_X_y=True)
X = torch.tensor(X, dtype=torch.float32).view(-1, 1, 8, 8) / 16
y = torch.tensor(y)
p = torch.randperm(len(y))
X, y = X[p], y[p]

backbone = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.Flatten(),
)
pretext = nn.Linear(512, 4)

# stage 1: rotation prediction, no labels
opt = torch.optim.Adam(list(backbone.parameters()) + list(pretext.parameters()), lr=2e-3)
for step in range(150):
    x = X[torch.randint(0, 1400, (64,))]
    k = torch.randint(0, 4, (64,))
    x = torch.stack([torch.rot90(im, int(r), (1, 2)) for im, r in zip(x, k)])
    loss = F.cross_entropy(pretext(backbone(x)), k)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 50 == 0:
        print("rotation step", step, "loss", round(loss.item(), 3))

# stage 2: the backbone stays fixed, including its running statistics
backbone.eval()
for q in backbone.parameters():
    q.requires_grad_(False)
head = nn.Sequential(nn.Linear(512, 64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, 10))
model = nn.Sequential(backbone, head)
opt = torch.optim.Adam(filter(lambda q: q.requires_grad, model.parameters()), lr=1e-3)
for epoch in range(8):
    head.train()
    tot = 0
    for b in torch.randperm(1400).split(64):
        loss = F.cross_entropy(model(X[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot += loss.item() * len(b)
    head.eval()
    with torch.no_grad():
        acc = (model(X[1400:]).argmax(1) == y[1400:]).float().mean().item()
    print(f"probe epoch {epoch} loss {tot / 1400:.4f} test acc {acc:.3f}")
