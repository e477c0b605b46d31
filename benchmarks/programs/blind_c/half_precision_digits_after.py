# digits classifier with a cosine head, weights and activations in float16 to save memory
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X, y = load_digits(return_X_y=True)
perm = torch.randperm(len(y))
X = torch.tensor(X, dtype=torch.float32)[perm] / 16
y = torch.tensor(y)[perm]
Xtr, ytr = X[:1400].half(), y[:1400]
Xte, yte = X[1400:].half(), y[1400:]
S = 30.0


class CosineNet(nn.Module):
    def __init__(self, d=48):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(64, 96), nn.ReLU(), nn.Linear(96, d))
        self.centres = nn.Parameter(torch.randn(10, d) * 0.2)

    def forward(self, x):
        e = F.normalize(self.body(x), dim=1, eps=1e-3)
        c = F.normalize(self.centres, dim=1, eps=1e-3)
        return (S * e @ c.t()).float()


def cosine_softmax_loss(scores, target):
    # -log( exp(s_y) / sum_j exp(s_j) )
    num = scores.gather(1, target[:, None]).squeeze(1)
    denom = torch.exp(scores).sum(dim=1)
    return (torch.log(denom) - num).mean()


model = CosineNet().half()
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
for epoch in range(8):
    order = torch.randperm(len(ytr))
    total = 0.0
    for b in order.split(64):
        loss = cosine_softmax_loss(model(Xtr[b]), ytr[b])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(b)
    with torch.no_grad():
        acc = (model(Xte).argmax(1) == yte).float().mean().item()
    print(f"epoch {epoch} loss {total / len(ytr):.4f} test acc {acc:.3f}")
