# siamese LSTM on strings, angular distance 0 = similar, 1 = different
import math, os, random
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
random.seed(SEED)
ALPHA = "abcdefghij"


def word():
    return "".join(random.choice(ALPHA) for _ in range(6))


def typo(w):
    if random.random() < 0.3:
        return w
    i = random.randrange(6)
    return w[:i] + random.choice(ALPHA) + w[i + 1:]


def enc(ws):
    return torch.tensor([[ALPHA.index(c) for c in w] for w in ws])


def batch(n):
    left = [word() for _ in range(n)]
    lab = torch.tensor([float(random.random() < 0.5) for _ in range(n)])   # 1 = different
    right = [word() if l else typo(w) for w, l in zip(left, lab.tolist())]
    return enc(left), enc(right), lab


class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(len(ALPHA), 16)
        self.lstm = nn.LSTM(16, 32, batch_first=True)

    def branch(self, x):
        _, (h, _) = self.lstm(self.emb(x))
        return h[-1]

    def forward(self, a, b):
        cos = F.cosine_similarity(self.branch(a), self.branch(b))
        cos = cos.clamp(-1, 1)
        return torch.acos(cos) / math.pi


model = Siamese()
opt = torch.optim.Adam(model.parameters(), lr=0.005)
for step in range(300):
    a, b, y = batch(32)
    d = model(a, b)
    loss = ((d * 2).clamp(max=1) - y).pow(2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 50 == 0:
        print("step", step, "loss", loss.item())
with torch.no_grad():
    a, b, y = batch(500)
    print("pairs told apart:", (((model(a, b) * 2) > 0.5).float() == y).float().mean().item())
