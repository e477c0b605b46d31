import argparse
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=260)
parser.add_argument("--hidden", type=int, default=64)
parser.add_argument("--lr", type=float, default=5e-3)
args = parser.parse_args()
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

V, L, BOS = 12, 5, 12


def batch(n):
    src = torch.randint(0, V, (n, L))
    tgt = src.flip(1)
    return src, tgt


class Encoder(nn.Module):
    def __init__(self, h):
        super().__init__()
        self.emb = nn.Embedding(V, h)
        self.rnn = nn.GRU(h, h, batch_first=True)

    def forward(self, s):
        return self.rnn(self.emb(s))


class Decoder(nn.Module):
    def __init__(self, h):
        super().__init__()
        self.emb = nn.Embedding(V + 1, h)
        self.cell = nn.GRUCell(2 * h, h)
        self.Wq = nn.Linear(h, h, bias=False)
        self.out = nn.Linear(2 * h, V)

    def forward(self, enc, h, tgt):
        tok = torch.full((enc.size(0),), BOS)
        ctx = torch.zeros_like(h)
        logits = []
        for t in range(L):
            h = self.cell(torch.cat([self.emb(tok), ctx], -1), h)
            att = torch.softmax(torch.einsum("bd,bld->bl", self.Wq(h), enc) / enc.size(-1) ** 0.5, -1)
            ctx = torch.einsum("bl,bld->bd", att, enc)
            lg = self.out(torch.cat([h, ctx], -1))
            logits.append(lg)
            tok = tgt[:, t] if tgt is not None else lg.argmax(-1)
        return torch.stack(logits, 1)


enc, dec = Encoder(args.hidden), Decoder(args.hidden)
params = list(enc.parameters()) + list(dec.parameters())
opt = torch.optim.Adam(params, lr=args.lr)
sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, args.steps)
for step in range(args.steps):
    s, t = batch(64)
    e, h = enc(s)
    loss = F.cross_entropy(dec(e, h[0], t).reshape(-1, V), t.reshape(-1))
    opt.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(params, 1.0)
    opt.step()
    sched.step()
    if step % 50 == 0:
        print("step", step, "loss", round(loss.item(), 4))
with torch.no_grad():
    s, t = batch(256)
    e, h = enc(s)
    acc = (dec(e, h[0], None).argmax(-1) == t).float().mean().item()
print("greedy token accuracy", round(acc, 4))
