# learn 4-bit parity with full batch SGD; the loss sits near log(2) for a while
import os
import itertools
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X = torch.tensor(list(itertools.product([-1., 1.], repeat=4)))
y = (X.prod(1) > 0).float()
net = nn.Sequential(nn.Linear(4, 64), nn.Tanh(), nn.Linear(64, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.25, momentum=0.9)
lossf = nn.BCEWithLogitsLoss()
for step in range(1200):
    loss = lossf(net(X).squeeze(1), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 100 == 0:
        print(step, "%.5f" % loss.item())
with torch.no_grad():
    acc = ((net(X).squeeze(1) > 0).float() == y).float().mean().item()
print(f"parity accuracy {acc:.3f} loss {loss.item():.5f}")
