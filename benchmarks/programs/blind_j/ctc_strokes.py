# CTC: read a string of symbols from frames of unknown alignment
import os
import random
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
random.seed(SEED)

N_SYM, D = 5, 12
proto = torch.randn(N_SYM + 1, D)


def sample(n):
    xs, ys, yl = [], [], []
    T = 24
    for _ in range(n):
        L = random.randint(3, 5)
        seq = [random.randint(1, N_SYM) for _ in range(L)]
        frames = []
        for s in seq:
            frames += [0] * random.randint(1, 2) + [s] * random.randint(1, 2)
        frames += [0] * (T - len(frames))
        x = proto[torch.tensor(frames)] + 0.3 * torch.randn(T, D)
        xs.append(x); ys += seq; yl.append(L)
    return torch.stack(xs), torch.tensor(ys), torch.tensor(yl)


class Reader(nn.Module):
    def __init__(self, h=32):
        super().__init__()
        self.rnn = nn.GRU(D, h, bidirectional=True, batch_first=True)
        self.out = nn.Linear(2 * h, N_SYM + 1)

    def forward(self, x):
        h, _ = self.rnn(x)
        return self.out(h).log_softmax(-1)


model = Reader()
ctc = nn.CTCLoss(blank=0)
optim = torch.optim.Adam(model.parameters(), lr=1e-2)
for it in range(180):
    x, y, yl = sample(24)
    lp = model(x).transpose(0, 1)
    loss = ctc(lp, y, torch.full((24,), lp.size(0)), yl)
    optim.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 5.0)
    optim.step()
    if it % 20 == 0:
        print(f"iter {it:4d}  ctc {loss.item():.4f}")

x, y, yl = sample(200)
best = model(x).argmax(-1)
pos, ok = 0, 0
for i in range(200):
    out, prev = [], 0
    for s in best[i].tolist():
        if s != prev and s != 0:
            out.append(s)
        prev = s
    ok += out == y[pos:pos + yl[i]].tolist()
    pos += int(yl[i])
print("exact sequence accuracy", ok / 200)
