import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)


def make_series(n, length=600):
    """two kinds of recordings; the second kind has short pulses of a faster wave"""
    t = np.arange(length)
    X, Y = [], []
    for _ in range(n):
        lab = np.random.randint(2)
        s = np.sin(2 * np.pi * t / np.random.uniform(80, 120) + np.random.rand() * 6) + 0.3 * np.random.randn(length)
        if lab:
            for _ in range(4):
                p = np.random.randint(0, length - 60)
                s[p:p + 60] += 0.9 * np.sin(2 * np.pi * np.arange(60) / 9.0)
        X.append(s); Y.append(lab)
    return torch.tensor(np.array(X), dtype=torch.float32).unsqueeze(1), torch.tensor(Y, dtype=torch.float32).unsqueeze(1)


X, Y = make_series(480)
X1, Y1 = make_series(200)

model = nn.Sequential(
    nn.ZeroPad1d((1, 2)), nn.Conv1d(1, 20, 4), nn.ReLU(),
    nn.MaxPool1d(2), nn.Dropout(0.3), nn.Flatten(),
    nn.Linear(20 * 300, 50), nn.ReLU(),
    nn.Linear(50, 1), nn.Sigmoid(),
)
for m in model:
    if isinstance(m, (nn.Conv1d, nn.Linear)):
        nn.init.xavier_uniform_(m.weight); nn.init.zeros_(m.bias)

opt = torch.optim.NAdam(model.parameters(), lr=0.002, eps=1e-7)
crit = nn.BCELoss()
for epoch in range(10):
    model.train()
    tl = 0.0
    for idx in torch.randperm(len(X)).split(8):
        opt.zero_grad()
        loss = crit(model(X[idx]), Y[idx])
        loss.backward()
        opt.step()
        tl += loss.item() * len(idx)
    model.eval()
    with torch.no_grad():
        va = ((model(X1) > 0.5).float() == Y1).float().mean().item()
    print("epoch", epoch + 1, "loss %.4f" % (tl / len(X)), "val_acc %.3f" % va)
