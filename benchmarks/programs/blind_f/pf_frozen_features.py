"""Transfer learning: pretrain on digits 0-4, freeze the features, train a new head on digits 5-9 with few images."""
import os
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

d = load_digits()
X = torch.tensor(d.images[:, None] / 16.0, dtype=torch.float32)
Y = torch.tensor(d.target)
old, new = Y < 5, Y >= 5


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.Flatten(),
        )

    def forward(self, x):
        return self.net(x)


class Classifier(nn.Module):
    def __init__(self, backbone, n):
        super().__init__()
        self.backbone = backbone
        self.fc = nn.Linear(32 * 16, n)

    def forward(self, x):
        return self.fc(self.backbone(x))


def fit(model, params, x, y, epochs, lr):
    opt = torch.optim.Adam(params, lr=lr)
    ce = nn.CrossEntropyLoss()
    for ep in range(epochs):
        perm = torch.randperm(len(x))
        for b in perm.split(32):
            opt.zero_grad()
            loss = ce(model(x[b]), y[b])
            loss.backward()
            opt.step()
        if ep % 5 == 0:
            print("  epoch", ep, "loss", round(loss.item(), 4))


backbone = Backbone()
print("pretraining")
m1 = Classifier(backbone, 5)
m1.train()
fit(m1, m1.parameters(), X[old], Y[old], 6, 1e-3)

print("new head")
for p in backbone.parameters():
    p.requires_grad = False
m2 = Classifier(backbone, 5)
m2.eval()
xn, yn = X[new], Y[new] - 5
perm = torch.randperm(len(xn))
few, rest = perm[:200], perm[200:]
fit(m2, m2.fc.parameters(), xn[few], yn[few], 30, 1e-3)
with torch.no_grad():
    print("accuracy on new digits: %.3f" % (m2(xn[rest]).argmax(1) == yn[rest]).float().mean())
