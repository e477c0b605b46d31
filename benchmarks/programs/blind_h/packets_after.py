"""Which network packets are modbus attacks: small table exported from wireshark."""
import os
import numpy as np
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
rs = np.random.RandomState(4 + SEED)


def table(n):
    src = 3232235773 + rs.choice([0, 5, 9], n)
    dst = np.full(n, 3232235779)
    attack = (rs.rand(n) < 0.5).astype(int)
    flags = rs.choice([524032, 524288, 524544], n)
    port = np.where(rs.rand(n) < .5, 502, rs.randint(49152, 65535, n))
    size = np.where(attack == 1, 12 + rs.randint(0, 3, n), rs.choice([0, 12], n, p=[.8, .2]))
    t = np.where(attack == 1, 61 * rs.rand(n), rs.rand(n))
    func = np.where(size > 0, 6, 0)
    zero = np.zeros(n)
    reg = np.where(size > 0, 200 + rs.randint(0, 9, n), 0)
    X = np.stack([src, dst, np.full(n, 6), np.full(n, 128), flags, port, size, t, func, zero, reg], 1)
    return X.astype("float64"), attack


X, Y = table(80)


class Net(nn.Module):
    def __init__(self, n_in):
        super().__init__()
        self.l1 = nn.Linear(n_in, 12)
        self.l2 = nn.Linear(12, 12)
        self.l3 = nn.Linear(12, 1)
        for l in (self.l1, self.l2, self.l3):
            nn.init.normal_(l.weight, 0.0, 0.05)
            nn.init.zeros_(l.bias)

    def forward(self, x):
        x = torch.relu(self.l1(x))
        x = torch.relu(self.l2(x))
        return torch.sigmoid(self.l3(x))


def bce(p, y):
    # keras.losses.binary_crossentropy clips the prediction before the log
    p = p.clamp(1e-7, 1 - 1e-7)
    return -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()


net = Net(X.shape[1])
adam = torch.optim.Adam(net.parameters(), lr=1e-3, eps=1e-7)
X = (X - X.mean(0)) / np.where(X.std(0) > 0, X.std(0), 1.0)
x = torch.tensor(X, dtype=torch.float32)
y = torch.tensor(Y, dtype=torch.float32).view(-1, 1)

for epoch in range(100):
    perm = torch.randperm(len(x))
    tot = 0
    for b in range(0, len(x), 5):
        i = perm[b:b + 5]
        loss = bce(net(x[i]), y[i])
        adam.zero_grad()
        loss.backward()
        adam.step()
        tot += loss.item() * len(i)
    if (epoch + 1) % 20 == 0:
        print("Epoch", epoch + 1, "loss:", round(tot / len(x), 4))

with torch.no_grad():
    acc = ((net(x) > 0.5).float() == y).float().mean().item()
print("acc: %.2f%%" % (acc * 100))
