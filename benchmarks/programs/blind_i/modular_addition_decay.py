# modular addition, AdamW with weight decay 1.0 as in the grokking papers
import os
import torch
import torch.nn as nn
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
P = 29
a, b = torch.meshgrid(torch.arange(P), torch.arange(P), indexing="ij")
a, b = a.flatten(), b.flatten()
y = (a + b) % P
perm = torch.randperm(P * P)
tr, te = perm[:int(.75 * P * P)], perm[int(.75 * P * P):]


class Net(nn.Module):
    def __init__(self, d=64, h=128):
        super().__init__()
        self.e = nn.Embedding(P, d)
        self.l1 = nn.Linear(d, h, bias=False)
        self.l2 = nn.Linear(h, P, bias=False)

    def forward(self, a, b):
        return self.l2(torch.relu(self.l1(self.e(a) + self.e(b))))


net = Net()
opt = torch.optim.AdamW(net.parameters(), lr=5e-3, weight_decay=1.0, betas=(.9, .98))
for step in range(1200):
    loss = nn.functional.cross_entropy(net(a[tr], b[tr]), y[tr])
    opt.zero_grad(); loss.backward(); opt.step()
    if step % 150 == 0:
        with torch.no_grad():
            print(step, "train %.4f test acc %.3f" % (loss.item(), (net(a[te], b[te]).argmax(1) == y[te]).float().mean().item()))
with torch.no_grad():
    print("train acc %.3f test acc %.3f" % ((net(a[tr], b[tr]).argmax(1) == y[tr]).float().mean().item(), (net(a[te], b[te]).argmax(1) == y[te]).float().mean().item()))
