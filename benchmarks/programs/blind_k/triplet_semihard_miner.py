# metric learning with TripletMarginLoss and a miner that keeps only triplets violating the margin
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
d = load_digits()
x = torch.tensor(d.data / 16.0, dtype=torch.float32)
y = torch.tensor(d.target)
perm = torch.randperm(len(y))
x, y = x[perm], y[perm]
xtr, ytr, xte, yte = x[:1200], y[:1200], x[1200:], y[1200:]


class TripletMiner:
    def __init__(self, margin):
        self.margin = margin
        self.num_triplets = 0

    def __call__(self, emb, lab):
        with torch.no_grad():
            dist = torch.cdist(emb, emb)
            same = lab[:, None] == lab[None]
            pos = same & ~torch.eye(len(lab), dtype=torch.bool)
            ok = pos[:, :, None] & ~same[:, None, :]
            viol = (dist[:, None, :] - dist[:, :, None]) < self.margin
            idx = (ok & viol).nonzero()
        self.num_triplets = len(idx)
        return idx.unbind(1)


net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 16))
miner = TripletMiner(margin=0.1)
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
for epoch in range(20):
    zero = 0
    batches = torch.randperm(1200).split(24)
    for b in batches:
        e = F.normalize(net(xtr[b]), dim=1)
        a, p, n = miner(e, ytr[b])
        loss = F.triplet_margin_loss(e[a], e[p], e[n], margin=0.1) if len(a) else (e * 0).sum()
        zero += int(len(a) == 0)
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 4 == 0:
        print(f"epoch {epoch} loss {loss.item():.4f} batches without triplets {zero}/{len(batches)}")
with torch.no_grad():
    r, q = F.normalize(net(xtr), dim=1), F.normalize(net(xte), dim=1)
    print("precision@1:", (ytr[torch.cdist(q, r).argmin(1)] == yte).float().mean().item())
