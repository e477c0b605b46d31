import os, torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
X, y = load_digits(return_X_y=True)
X = torch.tensor(X, dtype=torch.float32); y = torch.tensor(y)
X = (X - X[:1400].mean()) / X[:1400].std()

class Embed(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(64, 128), nn.BatchNorm1d(128), nn.LeakyReLU(0.1), nn.Linear(128, 32))
    def forward(self, x):
        return F.normalize(self.net(x))

def batch_hard(z, lab, margin=0.3):
    # hardest positive and hardest negative in the batch
    d = torch.cdist(z, z)
    same = lab[:, None] == lab[None]
    hp = (d * same).max(1).values
    hn = (d + 10 * same).min(1).values
    return F.relu(hp - hn + margin).mean()

def pk_batch(p=8, k=6):
    idx = []
    for c in torch.randperm(10)[:p]:
        pool = (y[:1400] == c).nonzero().flatten()
        idx.append(pool[torch.randperm(len(pool))[:k]])
    return torch.cat(idx)

net = Embed()
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
for it in range(300):
    b = pk_batch()
    loss = batch_hard(net(X[b]), y[b])
    opt.zero_grad(); loss.backward(); opt.step()
    if it % 50 == 0:
        print(it, loss.item())

net.eval()
with torch.no_grad():
    z = net(X)
nn1 = torch.cdist(z[1400:], z[:1400]).argmin(1)
print("1-NN accuracy in the embedding:", (y[nn1] == y[1400:]).float().mean().item())
