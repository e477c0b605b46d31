# skip-gram with full softmax on a toy corpus: loss stays high because the neighbours are random
import os, random
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
random.seed(SEED)
groups = [["king", "queen", "prince", "throne", "crown", "castle"],
          ["apple", "pear", "plum", "grape", "melon", "cherry"],
          ["car", "bus", "train", "tram", "bike", "truck"],
          ["rain", "snow", "wind", "storm", "cloud", "sun"]]
vocab = [w for g in groups for w in g]
ix = {w: i for i, w in enumerate(vocab)}
pairs = []
for _ in range(700):
    s = [random.choice(random.choice(groups) if random.random() < .1 else g) for g in [random.choice(groups)] * 5]
    for i, w in enumerate(s):
        for j in range(max(0, i - 2), min(5, i + 3)):
            if i != j:
                pairs.append((ix[w], ix[s[j]]))
data = torch.tensor(pairs)


class SkipGram(nn.Module):
    def __init__(self, v, d=10):
        super().__init__()
        self.inp = nn.Embedding(v, d)
        self.out = nn.Linear(d, v, bias=False)

    def forward(self, c):
        return F.log_softmax(self.out(self.inp(c)), dim=1)


m = SkipGram(len(vocab))
opt = torch.optim.Adam(m.parameters(), lr=0.01)
for epoch in range(6):
    tot = 0
    bs = torch.randperm(len(data)).split(64)
    for b in bs:
        loss = F.nll_loss(m(data[b, 0]), data[b, 1])
        opt.zero_grad()
        loss.backward()
        opt.step()
        tot += loss.item()
    print("epoch", epoch, "loss", round(tot / len(bs), 4), "(uniform would be 3.178)")
e = F.normalize(m.inp.weight.detach(), dim=1)
sim = e @ e.T - 2 * torch.eye(len(vocab))
print("nearest word in the same group:", (sim.argmax(1) // 6 == torch.arange(24) // 6).float().mean().item())
