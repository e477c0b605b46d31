"""Elman network written by hand; reads an 8x8 digit column pair by column pair, three passes."""
import os

import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


class ElmanCell(nn.Module):
    def __init__(self, n_in, n_hidden):
        super().__init__()
        self.W_xh = nn.Parameter(torch.randn(n_in, n_hidden) / n_in ** 0.5)
        self.W_hh = nn.Parameter(torch.randn(n_hidden, n_hidden) / n_hidden ** 0.5)
        self.b = nn.Parameter(torch.zeros(n_hidden))

    def forward(self, x, h):
        return torch.tanh(x @ self.W_xh + h @ self.W_hh + self.b)


class Reader(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.cell = ElmanCell(n_in, n_hidden)
        self.readout = nn.Linear(n_hidden, n_out)
        self.n_hidden = n_hidden

    def forward(self, seq):
        h = seq.new_zeros(seq.size(0), self.n_hidden)
        for t in range(seq.size(1)):
            h = self.cell(seq[:, t], h)
        return self.readout(h)


X, y = load_digits(return_X_y=True)
X = ((X - 8.0) / 8.0).reshape(-1, 8, 8)
Xa, Xb, ya, yb = train_test_split(X, y, test_size=0.25, random_state=SEED, stratify=y)
to = lambda v: torch.tensor(v, dtype=torch.float32).repeat(1, 3, 1)
Xa, Xb = to(Xa), to(Xb)
ya, yb = torch.tensor(ya), torch.tensor(yb)

net = Reader(8, 96, 10)
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
criterion = nn.CrossEntropyLoss()
for epoch in range(14):
    total = 0.0
    for idx in torch.randperm(len(Xa)).split(64):
        opt.zero_grad()
        loss = criterion(net(Xa[idx]), ya[idx])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        opt.step()
        total += loss.item() * len(idx)
    if epoch % 3 == 0:
        print(f"epoch {epoch} loss {total / len(Xa):.4f}")
with torch.no_grad():
    print("test acc %.3f" % (net(Xb).argmax(1) == yb).float().mean().item())
