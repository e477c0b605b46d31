# label smoothing 0.1: the training loss settles near 0.5 and never gets to zero
import os
import torch
from torch import nn
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
d = load_digits()
a, b, ya, yb = train_test_split(d.images / 16.0, d.target, random_state=SEED, test_size=.2)
a, b = torch.tensor(a).float()[:, None], torch.tensor(b).float()[:, None]
ya, yb = torch.tensor(ya), torch.tensor(yb)
model = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
                      nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.AdaptiveAvgPool2d(1),
                      nn.Flatten(), nn.Linear(32, 10))
opt = torch.optim.AdamW(model.parameters(), lr=3e-3)
crit = nn.CrossEntropyLoss(label_smoothing=0.1)
for e in range(12):
    model.train()
    for k in torch.randperm(len(a)).split(32):
        opt.zero_grad(set_to_none=True)
        loss = crit(model(a[k]), ya[k])
        loss.backward()
        opt.step()
    model.eval()
    with torch.no_grad():
        print(e, "train %.3f" % loss.item(), "val acc %.3f" % (model(b).argmax(1) == yb).float().mean())
