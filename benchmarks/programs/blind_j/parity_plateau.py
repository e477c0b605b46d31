import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

# sparse parity: the label is the product of three of ten signs
D, IDX = 10, [1, 4, 7]


def batch(n):
    x = torch.randint(0, 2, (n, D)).float() * 2 - 1
    return x, x[:, IDX].prod(1)


class Net(nn.Module):
    def __init__(self, h=128):
        super().__init__()
        self.hidden = nn.Linear(D, h)
        self.out = nn.Linear(h, 1)

    def forward(self, x):
        return self.out(torch.relu(self.hidden(x))).squeeze(-1)


net = Net()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for step in range(900):
    x, y = batch(128)
    loss = nn.functional.softplus(-y * net(x)).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 100 == 0:
        print(step, round(loss.item(), 4))
with torch.no_grad():
    x, y = batch(2000)
    print("accuracy", (net(x).sign() == y).float().mean().item(), "chance 0.5")
