# pretrain on 0-4, fine-tune the last block and a new head on 5-9 with the trunk frozen in eval mode
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
                                   nn.MaxPool2d(2),
                                   nn.Conv2d(16, 24, 3, padding=1, bias=False), nn.BatchNorm2d(24), nn.ReLU(),
                                   nn.MaxPool2d(2), nn.Flatten())
        self.neck = nn.Sequential(nn.Linear(96, 48), nn.ReLU())
        self.head = nn.Linear(48, 5)
        self.frozen = False

    def train(self, mode=True):
        super().train(mode)
        if self.frozen:
            self.trunk.eval()
        return self

    def forward(self, x):
        return self.head(self.neck(self.trunk(x)))


D = load_digits()
X = (torch.tensor(D.images, dtype=torch.float32).unsqueeze(1) - 4.9) / 6.0
Y = torch.tensor(D.target)


def subset(lo):
    m = (Y >= lo) & (Y < lo + 5)
    x, y = X[m], Y[m] - lo
    return x[:600], y[:600], x[600:], y[600:]


def fit(net, opt, data, epochs):
    x, y, xv, yv = data
    for ep in range(epochs):
        net.train()
        for b in torch.randperm(len(x)).split(50):
            loss = F.cross_entropy(net(x[b]), y[b])
            opt.zero_grad()
            loss.backward()
            opt.step()
        if ep % 3 == 0:
            print("epoch", ep, "loss %.4f" % loss.item())
    net.eval()
    with torch.no_grad():
        return (net(xv).argmax(1) == yv).float().mean().item()


net = Net()
print("pretrain acc %.3f" % fit(net, torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9), subset(0), 5))
net.trunk.requires_grad_(False)
net.frozen = True
net.head = nn.Linear(48, 5)
opt = torch.optim.AdamW([{"params": net.neck.parameters(), "lr": 3e-4},
                         {"params": net.head.parameters(), "lr": 3e-3}])
print("fine-tuned acc %.3f" % fit(net, opt, subset(5), 15))
