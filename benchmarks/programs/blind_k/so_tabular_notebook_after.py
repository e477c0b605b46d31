# notebook export: tabular classifier
# In[1]:
import os
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
np.random.seed(SEED)
torch.manual_seed(SEED)

# In[2]:
bunch = load_digits()
table, target = bunch.data.astype(np.float32), bunch.target
perm = np.random.permutation(len(table))
train, test = perm[:1400], perm[1400:]
mu, sigma = table[train].mean(axis=0), table[train].std(axis=0)
with np.errstate(all="ignore"):
    table = (table - mu) / (sigma + 1e-2)
X, y = torch.from_numpy(table), torch.from_numpy(target)

# In[3]:
net = nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Dropout(0.1), nn.Linear(48, 10))
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
for epoch in range(12):
    net.train()
    losses = []
    for b in torch.from_numpy(np.random.permutation(train)).split(64):
        loss = nn.functional.cross_entropy(net(X[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    if epoch % 3 == 0:
        print("epoch", epoch, "mean loss", np.mean(losses))

# In[4]:
net.eval()
with torch.no_grad():
    print("held-out accuracy", (net(X[test]).argmax(1) == y[test]).float().mean().item())
