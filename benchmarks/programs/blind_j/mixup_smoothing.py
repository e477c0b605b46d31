import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.optim.swa_utils import AveragedModel, SWALR, update_bn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)

d = load_digits()
X = torch.tensor(d.images / 16, dtype=torch.float32)[:, None]
Y = torch.tensor(d.target)
idx = np.random.permutation(len(X))
tr, te = torch.tensor(idx[:1400]), torch.tensor(idx[1400:])

model = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True),
    nn.Conv2d(16, 32, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(32), nn.ReLU(inplace=True),
    nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(128, 10))
criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
swa_model = AveragedModel(model)
EPOCHS, SWA_START = 10, 7
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=EPOCHS)
swa_scheduler = SWALR(optimizer, swa_lr=0.02, anneal_epochs=1)


def mixup(x, y, alpha=0.2):
    lam = np.random.beta(alpha, alpha)
    perm = torch.randperm(x.size(0))
    return lam * x + (1 - lam) * x[perm], y, y[perm], lam


for epoch in range(EPOCHS):
    model.train()
    total = 0.0
    for b in tr[torch.randperm(len(tr))].split(70):
        x, ya, yb, lam = mixup(X[b], Y[b])
        out = model(x)
        loss = lam * criterion(out, ya) + (1 - lam) * criterion(out, yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    if epoch >= SWA_START:
        swa_model.update_parameters(model)
        swa_scheduler.step()
    else:
        scheduler.step()
    print(f"epoch {epoch} loss {total / 20:.4f} lr {optimizer.param_groups[0]['lr']:.4f}")

update_bn(X[tr].split(100), swa_model)
swa_model.eval()
with torch.no_grad():
    print("SWA test accuracy", round((swa_model(X[te]).argmax(1) == Y[te]).float().mean().item(), 4))
