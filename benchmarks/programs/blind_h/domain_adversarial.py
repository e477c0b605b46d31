"""Domain-adversarial net with gradient reversal: the domain loss hovering near 0.69 was asked about."""
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class GradReverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, alpha):
        ctx.alpha = alpha
        return x.view_as(x)

    @staticmethod
    def backward(ctx, g):
        return -ctx.alpha * g, None


X, y = load_digits(return_X_y=True)
p = torch.randperm(len(X))
X, y = torch.tensor(X, dtype=torch.float32)[p] / 16, torch.tensor(y)[p]
src_x, src_y = X[:900], y[:900]
shift = 0.25 * torch.rand(64)
tgt_x, tgt_y = X[900:] * 0.8 + shift + 0.05 * torch.randn(len(X) - 900, 64), y[900:]

extractor = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU())
classifier = nn.Linear(32, 10)
discriminator = nn.Sequential(nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 2))
params = list(extractor.parameters()) + list(classifier.parameters()) + list(discriminator.parameters())
optimizer = torch.optim.SGD(params, lr=0.05, momentum=0.9)
ce = nn.CrossEntropyLoss()
STEPS = 900
for step in range(STEPS):
    q = step / STEPS
    alpha = 2. / (1. + np.exp(-10 * q)) - 1
    s = torch.randint(0, 900, (32,))
    t = torch.randint(0, len(tgt_x), (32,))
    fs, ft = extractor(src_x[s]), extractor(tgt_x[t])
    class_loss = ce(classifier(fs), src_y[s])
    dom = discriminator(GradReverse.apply(torch.cat([fs, ft]), alpha))
    domain_loss = ce(dom, torch.cat([torch.zeros(32), torch.ones(32)]).long())
    optimizer.zero_grad()
    (class_loss + domain_loss).backward()
    optimizer.step()
    if step % 100 == 0:
        print(f"step {step} class loss {class_loss.item():.4f} domain loss {domain_loss.item():.4f}")
with torch.no_grad():
    acc = lambda a, b: (classifier(extractor(a)).argmax(1) == b).float().mean().item()
    print(f"source acc {acc(src_x, src_y):.3f} target acc {acc(tgt_x, tgt_y):.3f}")
