# My own GRU cell from the equations; task: recall a symbol of the sequence
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class MyGRU(nn.Module):
    def __init__(self, n_in, n_h):
        super().__init__()
        self.n_h = n_h

        def param(*shape):
            return nn.Parameter(torch.randn(*shape) * 0.1)

        self.Wz, self.Uz, self.bz = param(n_in, n_h), param(n_h, n_h), nn.Parameter(torch.zeros(n_h))
        self.Wr, self.Ur, self.br = param(n_in, n_h), param(n_h, n_h), nn.Parameter(torch.zeros(n_h))
        self.Wh, self.Uh, self.bh = param(n_in, n_h), param(n_h, n_h), nn.Parameter(torch.zeros(n_h))

    def forward(self, x):
        h = torch.zeros(x.shape[0], self.n_h)
        for t in range(x.shape[1]):
            xt = x[:, t]
            z = torch.sigmoid(xt @ self.Wz + h @ self.Uz + self.bz)
            r = torch.sigmoid(xt @ self.Wr + h @ self.Ur + self.br)
            hh = torch.tanh(xt @ self.Wh + (r * h) @ self.Uh + self.bh)
            h = (1 - z) * h + z * hh
        return h


class Model(nn.Module):
    def __init__(self, k=4, n_h=32):
        super().__init__()
        self.rnn = MyGRU(k, n_h)
        self.out = nn.Parameter(torch.randn(n_h, k) * 0.1)
        self.bias = nn.Parameter(torch.zeros(k))

    def forward(self, x):
        return self.rnn(x) @ self.out + self.bias


def batch(n, T=12, k=4):
    x = torch.randint(0, k, (n, T))
    y = x[:, -3]                                  # the third symbol from the end
    return nn.functional.one_hot(x, k).float(), y


model = Model()
opt = torch.optim.Adam(model.parameters(), lr=1e-2)
for it in range(260):
    x, y = batch(64)
    loss = nn.functional.cross_entropy(model(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 50 == 0:
        print(it, loss.item())
x, y = batch(500)
with torch.no_grad():
    print("accuracy", (model(x).argmax(1) == y).float().mean().item(), "chance 0.25")
