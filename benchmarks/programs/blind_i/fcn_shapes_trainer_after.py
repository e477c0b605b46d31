# Fully convolutional segmentation, trainer in the style of torchfcn
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def scenes(n, s=24):
    g = torch.arange(s).float()
    yy, xx = torch.meshgrid(g, g, indexing="ij")
    lbl = torch.zeros(n, s, s, dtype=torch.long)
    img = torch.zeros(n, 3, s, s)
    for i in range(n):
        img[i] = 100 + 15 * torch.randn(3, s, s)
        for c in (1, 2):
            cy, cx, r = torch.randint(5, s - 5, (1,)), torch.randint(5, s - 5, (1,)), torch.randint(3, 6, (1,))
            m = ((yy - cy) ** 2 + (xx - cx) ** 2 < r ** 2) if c == 1 else ((yy - cy).abs() < r) & ((xx - cx).abs() < r)
            lbl[i][m] = c
            img[i][:, m] += torch.tensor([25., 10., -15.])[:, None] * (1 if c == 1 else -1)
    return img - torch.tensor([104.007, 116.669, 122.679])[None, :, None, None], lbl


def block(i, o):
    return [nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU()]


class FCN(nn.Module):
    def __init__(self, n_class=3):
        super().__init__()
        layers = block(3, 12)
        for _ in range(10):
            layers += block(12, 12)
        self.features = nn.Sequential(*layers)
        self.score = nn.Conv2d(12, n_class, 1)

    def forward(self, x):
        return self.score(self.features(x))


class Trainer:
    def __init__(self, model, opt, train_loader, val_loader, interval_validate):
        self.model, self.optim = model, opt
        self.train_loader, self.val_loader = train_loader, val_loader
        self.interval_validate = interval_validate
        self.iteration = 0

    def validate(self):
        self.model.eval()
        hit = tot = 0
        with torch.no_grad():
            for x, t in self.val_loader:
                p = self.model(x).argmax(1)
                fg = t > 0
                hit += (p[fg] == t[fg]).sum().item(); tot += fg.sum().item()
        print("iter %4d  foreground recall %.3f" % (self.iteration, hit / tot))
        self.model.train()
        return hit / tot

    def train_epoch(self):
        self.model.train()
        for x, t in self.train_loader:
            if self.iteration % self.interval_validate == 0:
                self.validate()
            self.optim.zero_grad()
            loss = F.cross_entropy(self.model(x), t)
            loss.backward()
            self.optim.step()
            self.iteration += 1
        print("    loss %.4f" % loss.item())


xtr, ttr = scenes(80); xva, tva = scenes(30)
model = FCN()
tr = Trainer(model, torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9),
             DataLoader(TensorDataset(xtr, ttr), 4, shuffle=True), DataLoader(TensorDataset(xva, tva), 10), 20)
for epoch in range(8):
    tr.train_epoch()
print("final foreground recall", round(tr.validate(), 3))
