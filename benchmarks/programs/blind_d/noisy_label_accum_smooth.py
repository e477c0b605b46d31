# 30% of the labels are wrong, label smoothing, accumulate over 4 micro batches
import os
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
ACC = 4
D = load_digits()
X = torch.tensor(D.data, dtype=torch.float32) / 16
Y = torch.tensor(D.target)
p = torch.randperm(len(X), generator=torch.Generator().manual_seed(0))
X, Y = X[p], Y[p]
Xt, Yt, Xv, Yv = X[:1400], Y[:1400].clone(), X[1400:], Y[1400:]
bad = torch.rand(len(Yt)) < 0.3
Yt[bad] = torch.randint(0, 10, (int(bad.sum()),))

model = nn.Sequential(nn.Linear(64, 96), nn.Hardswish(), nn.Dropout(0.3), nn.Linear(96, 10))
opt = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9, nesterov=True)
sched = torch.optim.lr_scheduler.OneCycleLR(opt, 0.4, total_steps=20 * 10)
crit = nn.CrossEntropyLoss(label_smoothing=0.1)
k = 0
for epoch in range(20):
    model.train()
    tot = 0.0
    for xb, yb in zip(Xt.split(35), Yt.split(35)):
        loss = crit(model(xb), yb)
        (loss / ACC).backward()
        tot += loss.item() / 40
        k += 1
        if k % ACC == 0:
            opt.step()
            opt.zero_grad()
            sched.step()
    if epoch % 4 == 0:
        print(f"epoch {epoch} train loss {tot:.3f} lr {sched.get_last_lr()[0]:.3f}")
model.eval()
with torch.no_grad():
    print("clean validation accuracy %.3f" % (model(Xv).argmax(1) == Yv).float().mean().item())
