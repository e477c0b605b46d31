"""Sequence tagging: tag tokens by group, with markers (BiGRU tagger)."""
import os
import torch
import torch.nn as nn
from torch.nn.utils import clip_grad_norm_

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_num_threads(1)

config = {
    "vocab": 30,
    "length": 10,
    "emb": 24,
    "hidden": 32,
    "batch": 32,
    "lr": 0.1,
    "momentum": 0.9,
    "clip": 1.0,
    "steps": 400,
}
# tag of a token: its group (4 groups), flipped to group 4 if the previous token is a marker
GROUP = torch.randint(0, 4, (config["vocab"],))
MARKERS = 5


def batch(n):
    x = torch.randint(0, config["vocab"], (n, config["length"]))
    y = GROUP[x].clone()
    prev = torch.cat([torch.full((n, 1), 29), x[:, :-1]], dim=1)
    y[prev < MARKERS] = 4
    return x, y


class Tagger(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.emb = nn.Embedding(c["vocab"], c["emb"])
        self.gru = nn.GRU(c["emb"], c["hidden"], batch_first=True, bidirectional=True)
        self.proj = nn.Linear(2 * c["hidden"], 5)

    def forward(self, x):
        h, _ = self.gru(self.emb(x))
        return self.proj(h)


model = Tagger(config)
opt = torch.optim.SGD(model.parameters(), lr=config["lr"], momentum=config["momentum"])
ce = nn.CrossEntropyLoss()

for step in range(config["steps"]):
    x, y = batch(config["batch"])
    opt.zero_grad()
    loss = ce(model(x).flatten(0, 1), y.flatten())
    loss.backward()
    clip_grad_norm_(model.parameters(), config["clip"])
    opt.step()
    if step % 100 == 0:
        print(f"step {step:4d} | loss {loss.item():.3f}")

x, y = batch(500)
with torch.no_grad():
    acc = (model(x).argmax(-1) == y).float().mean().item()
print(f"token accuracy {acc:.3f}, most frequent tag {torch.bincount(y.flatten()).max().item() / y.numel():.3f}")
