# Sharpness-aware minimisation: two backward passes for every step, weights are moved up and back again in between
import os
import torch
import torch.nn as nn
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
X, y = load_wine(return_X_y=True)
p = torch.randperm(len(X))
X = torch.tensor(StandardScaler().fit_transform(X), dtype=torch.float32)[p]; y = torch.tensor(y)[p]


class SAM:
    def __init__(self, params, base, rho):
        self.params, self.base, self.rho = list(params), base, rho

    @torch.no_grad()
    def ascend(self):
        norm = torch.stack([q.grad.norm() for q in self.params]).norm()
        self.e = [q.grad * self.rho / (norm + 1e-12) for q in self.params]
        for q, e in zip(self.params, self.e):
            q.add_(e)
        self.base.zero_grad()

    @torch.no_grad()
    def descend(self):
        for q, e in zip(self.params, self.e):
            q.sub_(e)
        self.base.step()
        self.base.zero_grad()


net = nn.Sequential(nn.Linear(13, 32), nn.ReLU(), nn.Linear(32, 3))
sam = SAM(net.parameters(), torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9), rho=0.05)
ce = nn.CrossEntropyLoss()
for epoch in range(40):
    for b in torch.randperm(130).split(16):
        loss = ce(net(X[b]), y[b])
        loss.backward()
        sam.ascend()
        ce(net(X[b]), y[b]).backward()
        sam.descend()
    if epoch % 8 == 0:
        print("epoch", epoch, "loss", round(loss.item(), 4))
print("test accuracy", (net(X[130:]).argmax(1) == y[130:]).float().mean().item())
