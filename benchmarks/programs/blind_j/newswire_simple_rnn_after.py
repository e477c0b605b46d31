import os
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
V, L, C, N = 200, 50, 4, 800
y = torch.randint(0, C, (N,))
x = torch.randint(C * 10, V, (N, L))
mark = torch.rand(N, L) < 0.3
x = torch.where(mark, torch.randint(0, 10, (N, L)) + 10 * y[:, None], x)


class Net(nn.Module):
    def __init__(self, emb=16, units=32):
        super().__init__()
        self.e = nn.Embedding(V, emb)
        self.r = nn.RNN(emb, units, nonlinearity="tanh", batch_first=True)
        self.o = nn.Linear(units, C)
        nn.init.uniform_(self.e.weight, -0.05, 0.05)
        nn.init.xavier_uniform_(self.r.weight_ih_l0)
        nn.init.orthogonal_(self.r.weight_hh_l0)
        nn.init.zeros_(self.r.bias_ih_l0)
        nn.init.zeros_(self.r.bias_hh_l0)

    def forward(self, s):
        h, _ = self.r(self.e(s))
        return self.o(h[:, -1])


model = Net()
opt = torch.optim.RMSprop(model.parameters(), lr=0.003, alpha=0.9, eps=1e-7)
for epoch in range(12):
    perm = torch.randperm(640)
    for k in range(0, 640, 32):
        b = perm[k:k + 32]
        loss = nn.functional.cross_entropy(model(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        acc = (model(x[640:]).argmax(1) == y[640:]).float().mean().item()
    print("epoch %d loss %.4g val_acc %.3f" % (epoch, loss.item(), acc))
