# masked self-attention classifier under autocast; bf16 is not supported on the old card, so float16
import os
import torch
import torch.nn as nn
import torch.nn.functional as F
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

V, T, D = 80, 12, 32


def make(n):
    y = torch.randint(0, 2, (n,))
    ln = torch.randint(0, T + 1, (n,))
    ln[torch.rand(n) < 0.98] = T - 2                      # a few documents of other length
    x = torch.randint(1, V, (n, T))
    pos = torch.randint(0, T - 2, (n, 3))
    x.scatter_(1, pos, (1 + 10 * y)[:, None] + torch.randint(0, 10, (n, 3)))
    x[torch.arange(T)[None] >= ln[:, None]] = 0
    return x, y


class Attn(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(V, D, padding_idx=0)
        self.q, self.k, self.v = nn.Linear(D, D), nn.Linear(D, D), nn.Linear(D, D)
        self.out = nn.Linear(D, 2)

    def forward(self, x):
        e = self.emb(x)
        q, k, v = self.q(e), self.k(e), self.v(e)
        score = q @ k.transpose(1, 2) / D ** 0.5
        pad = (x == 0)[:, None, :].to(score.dtype)
        score = score + pad * -1e9
        w = torch.softmax(score, -1)
        return self.out((w @ v).mean(1))


X, Y = make(2000)
Xt, Yt = make(400)
net = Attn()
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for it in range(300):
    i = torch.randint(0, len(X), (64,))
    with torch.autocast("cpu", dtype=torch.float16):
        out = net(X[i])
    loss = F.cross_entropy(out.float(), Y[i])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 50 == 0:
        print("it", it, "loss", loss.item())
with torch.no_grad():
    print("accuracy", (net(Xt).argmax(1) == Yt).float().mean().item())
