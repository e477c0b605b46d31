# transfer learning: conv features from digits 0-4, a new head for 5-9
import os
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(int(os.environ.get("SEED", "0")))

digits = load_digits()
img = torch.tensor(digits.images, dtype=torch.float32)[:, None] / 16 - 0.3
lab = torch.tensor(digits.target)
src, dst = lab < 5, lab >= 5
Xs, ys = img[src], lab[src]
Xd, yd = img[dst], lab[dst] - 5


def backbone():
    return nn.Sequential(
        nn.Conv2d(1, 24, 3, padding=1), nn.BatchNorm2d(24), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(24, 48, 3, padding=1), nn.BatchNorm2d(48), nn.ReLU(), nn.Flatten())


class Classifier(nn.Module):
    def __init__(self, body, n):
        super().__init__()
        self.body = body
        self.fc = nn.Linear(48 * 16, n)

    def forward(self, x):
        return self.fc(self.body(x))


criterion = nn.CrossEntropyLoss()
net = Classifier(backbone(), 5)
opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
for epoch in range(4):
    for b in torch.randperm(len(Xs)).split(64):
        loss = criterion(net(Xs[b]), ys[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print("source epoch", epoch, "loss", round(loss.item(), 4))

for p in net.body.parameters():
    p.requires_grad = False
model = Classifier(net.body, 5)
opt = torch.optim.SGD(model.fc.parameters(), lr=0.02, momentum=0.9)
n = 600
for epoch in range(6):
    model.train()
    model.body.eval()
    tot = 0
    for b in torch.randperm(n).split(32):
        loss = criterion(model(Xd[b]), yd[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot += loss.item() * len(b)
    print("target epoch", epoch, "loss", round(tot / n, 4))
model.eval()
with torch.no_grad():
    print("accuracy on new digits", (model(Xd[n:]).argmax(1) == yd[n:]).float().mean().item())
