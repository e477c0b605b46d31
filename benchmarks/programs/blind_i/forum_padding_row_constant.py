"""Average of word vectors with padding_idx; row 0 of the table never changes."""
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def make(n):
    y = torch.randint(0, 3, (n,))
    x = torch.zeros(n, 30, dtype=torch.long)
    for i in range(n):
        k = int(torch.randint(6, 20, (1,)))
        x[i, :k] = torch.randint(61, 400, (k,))
        x[i, :3] = torch.randint(1, 21, (3,)) + 20 * y[i]
    return x, y


class Avg(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(400, 24, padding_idx=0)
        self.out = nn.Linear(24, 3)

    def forward(self, x):
        n = (x > 0).sum(1, keepdim=True)
        return self.out(self.table(x).sum(1) / n)


xa, ya = make(1000)
xb, yb = make(300)
net = Avg()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
row = net.table.weight[0].clone()
for ep in range(15):
    for i in range(0, 1000, 40):
        loss = nn.functional.cross_entropy(net(xa[i:i + 40]), ya[i:i + 40])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if ep % 3 == 0:
        print(ep, round(loss.item(), 4))
print("row 0 the same:", torch.equal(row, net.table.weight[0]))
with torch.no_grad():
    print("accuracy", (net(xb).argmax(1) == yb).float().mean().item())
