# all parameters go to the optimizer, so that checkpoints stay compatible
import os
import torch
from torch import nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
x, t = load_digits(return_X_y=True)
x, t = torch.tensor(x / 16.0, dtype=torch.float32), torch.tensor(t)
p = torch.randperm(len(x))
x, t = x[p], t[p]
model = nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 10))
for q in model[0].parameters():
    q.requires_grad_(False)
opt = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
for epoch in range(10):
    perm = torch.randperm(1400)
    for k in range(0, 1400, 64):
        b = perm[k:k + 64]
        opt.zero_grad()
        loss = nn.functional.cross_entropy(model(x[b]), t[b])
        loss.backward()
        opt.step()
    with torch.no_grad():
        print(epoch, loss.item(), "acc %.3f" % (model(x[1400:]).argmax(1) == t[1400:]).float().mean().item())
