"""CLIP-like matching: digit images against short 'captions' (bag of tokens), symmetric contrastive loss."""
import os
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
np.random.seed(SEED)
torch.set_num_threads(1)

d = load_digits()
images = torch.tensor(d.data / 16.0, dtype=torch.float32)
target = torch.tensor(d.target)
SYN = 6  # each digit has 6 synonyms


def caption(labels):
    w = labels[:, None] * SYN + torch.randint(0, SYN, (len(labels), 3))
    filler = 60 + torch.randint(0, 40, (len(labels), 2))
    return torch.cat([w, filler], 1)


class ImageTower(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(64, 64), nn.GELU(), nn.Linear(64, dim))

    def forward(self, x):
        return F.normalize(self.fc(x), dim=-1)


class TextTower(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.emb = nn.EmbeddingBag(100, dim, mode="mean")
        self.fc = nn.Linear(dim, dim)

    def forward(self, t):
        return F.normalize(self.fc(F.gelu(self.emb(t))), dim=-1)


img, txt = ImageTower(32), TextTower(32)
log_scale = nn.Parameter(torch.tensor(2.0))
opt = torch.optim.AdamW([*img.parameters(), *txt.parameters(), log_scale], lr=2e-3)
perm = torch.randperm(len(images))
tr, te = perm[:1400], perm[1400:]

for step in range(500):
    # one image of every digit, twenty images in the batch share ten classes only by chance
    b = tr[torch.randint(0, len(tr), (20,))]
    logits = log_scale.exp() * img(images[b]) @ txt(caption(target[b])).T
    same = (target[b][:, None] == target[b][None, :]).float()
    rows = -(same / same.sum(1, keepdim=True) * torch.log_softmax(logits, dim=1)).sum(1).mean()
    cols = -(same / same.sum(0, keepdim=True) * torch.log_softmax(logits, dim=0)).sum(0).mean()
    loss = (rows + cols) / 2
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 100 == 0:
        print(step, "loss", round(loss.item(), 4))

with torch.no_grad():
    classes = txt(caption(torch.arange(10)))
    acc = ((img(images[te]) @ classes.T).argmax(1) == target[te]).float().mean().item()
print("zero-shot style accuracy", round(acc, 3))
