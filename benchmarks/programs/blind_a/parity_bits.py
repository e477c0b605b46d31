"""Parity of 4 marked bits among 8; the curve is flat at first, then falls."""
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def sample(n):
    x = torch.randint(0, 2, (n, 8)).float() * 2 - 1
    return x, (x[:, :4].prod(1) > 0).float()


class Net(nn.Module):
    def __init__(self, width=128):
        super().__init__()
        self.a = nn.Linear(8, width)
        self.b = nn.Linear(width, 1)

    def forward(self, x):
        return self.b(torch.relu(self.a(x))).squeeze(-1)


net = Net()
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
loss_fn = nn.BCEWithLogitsLoss()
window = []
for step in range(1, 1201):
    x, y = sample(64)
    loss = loss_fn(net(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    window.append(loss.item())
    if step % 150 == 0:
        print(f"step {step:5d}  loss {sum(window[-100:]) / 100:.4f}")

x, y = sample(2000)
with torch.no_grad():
    acc = ((net(x) > 0).float() == y).float().mean().item()
print("parity accuracy %.3f" % acc)
