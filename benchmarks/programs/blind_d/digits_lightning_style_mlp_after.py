# Lightning-like loop: validation sanity check first, then training
import os
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def unit(i, o):
    return nn.Sequential(nn.Linear(i, o), nn.BatchNorm1d(o), nn.ReLU())


class Deep(nn.Module):
    def __init__(self, width=64, depth=12):
        super().__init__()
        self.layers = nn.Sequential(unit(64, width), *[unit(width, width) for _ in range(depth)])
        self.fc = nn.Linear(width, 10)

    def forward(self, x):
        return self.fc(self.layers(x))


@torch.no_grad()
def validate(model, X, y):
    model.eval()
    out = model(X)
    return nn.functional.cross_entropy(out, y).item(), (out.argmax(1) == y).float().mean().item()


def training_step(model, batch):
    x, y = batch
    return nn.functional.cross_entropy(model(x), y)


def fit(model, data, max_epochs=12, bs=64, lr=0.05):
    Xtr, ytr, Xva, yva = data
    opt = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    print("sanity check", validate(model, Xva, yva))
    for ep in range(max_epochs):
        model.train()
        acc_loss = []
        for b in torch.randperm(len(Xtr)).split(bs):
            loss = training_step(model, (Xtr[b], ytr[b]))
            opt.zero_grad()
            loss.backward()
            opt.step()
            acc_loss.append(loss.item())
        vl, va = validate(model, Xva, yva)
        if ep % 3 == 0 or ep == max_epochs - 1:
            print(f"epoch {ep}: train {sum(acc_loss) / len(acc_loss):.4f} val {vl:.4f} acc {va:.3f}")
    return va


D = load_digits()
X, y = torch.tensor(D.data, dtype=torch.float32) / 16, torch.tensor(D.target)
p = torch.randperm(len(X), generator=torch.Generator().manual_seed(2))
X, y = X[p], y[p]
final = fit(Deep(), (X[:1400], y[:1400], X[1400:], y[1400:]))
print(f"final val acc {final:.3f}")
