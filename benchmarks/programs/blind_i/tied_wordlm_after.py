# Small causal language model with tied input and output embedding
import os, math
import torch
import torch.nn as nn
import torch.nn.functional as F
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

V, T, D = 200, 16, 96
succ = torch.stack([torch.randperm(V)[:3] for _ in range(V)])      # every word has three successors


def text(n):
    w = [int(torch.randint(0, V, (1,)))]
    pick = torch.multinomial(torch.tensor([.7, .2, .1]), n, replacement=True).tolist()
    table = succ.tolist()
    for k in range(n - 1):
        w.append(table[w[-1]][pick[k]])
    return torch.tensor(w)


class Block(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.attn = nn.MultiheadAttention(d, heads, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(d, 2 * d), nn.GELU(), nn.Linear(2 * d, d))

    def forward(self, x, m):
        h = self.ln1(x)
        x = x + self.attn(h, h, h, attn_mask=m, need_weights=False)[0]
        return x + self.mlp(self.ln2(x))


class LM(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte = nn.Embedding(V, D)
        self.wpe = nn.Embedding(T, D)
        self.block = Block(D, 4)
        self.ln_f = nn.LayerNorm(D)
        self.lm_head = nn.Linear(D, V, bias=False)
        self.lm_head.weight = self.wte.weight
        nn.init.normal_(self.wte.weight, std=0.02)
        nn.init.normal_(self.wpe.weight, std=0.02)

    def forward(self, idx):
        t = idx.shape[1]
        m = torch.triu(torch.ones(t, t, dtype=torch.bool), 1)
        x = self.wte(idx) + self.wpe(torch.arange(t))
        return self.lm_head(self.ln_f(self.block(x, m)))


data = text(12000)
model = LM()
opt = torch.optim.AdamW(model.parameters(), lr=3e-4, betas=(0.9, 0.95), weight_decay=0.1)
for it in range(300):
    ix = torch.randint(0, 10800 - T - 1, (32,))
    xb = torch.stack([data[i:i + T] for i in ix])
    yb = torch.stack([data[i + 1:i + T + 1] for i in ix])
    loss = F.cross_entropy(model(xb).flatten(0, 1), yb.flatten())
    opt.zero_grad(set_to_none=True)
    loss.backward()
    opt.step()
    if it % 50 == 0:
        print("iter", it, "loss", round(loss.item(), 3))
with torch.no_grad():
    v = data[10800:10800 + 64 * (T + 1)].view(64, T + 1)
    vl = F.cross_entropy(model(v[:, :-1]).flatten(0, 1), v[:, 1:].flatten()).item()
print("val loss %.3f  (uniform %.3f, entropy of the source 0.80)" % (vl, math.log(V)))
