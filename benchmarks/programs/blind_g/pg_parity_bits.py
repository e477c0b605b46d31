# sparse parity: the product of three secret coordinates
import os
import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
N, K = 10, 3
bits = torch.randperm(N)[:K]


def batch(n):
    x = torch.randint(0, 2, (n, N)).float() * 2 - 1
    return x, (x[:, bits].prod(1) > 0).float()


net = nn.Sequential(nn.Linear(N, 128), nn.ReLU(), nn.Linear(128, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.2)
crit = nn.BCEWithLogitsLoss()


def evaluate(n=2000):
    with torch.no_grad():
        x, y = batch(n)
        return ((net(x).squeeze(1) > 0) == (y > 0.5)).float().mean().item()


window = []
for it in range(1500):
    x, y = batch(128)
    loss = crit(net(x).squeeze(1), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    window.append(loss.item())
    if it % 150 == 149:
        print(f"iter {it + 1} loss {sum(window) / len(window):.4f} accuracy {evaluate(500):.3f}")
        window = []

print("secret coordinates:", sorted(bits.tolist()))
print("final accuracy", evaluate())
