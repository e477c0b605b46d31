"""Hidden progress: sparse parity (3 of 16 bits) with online SGD (Barak et al. 2022)."""
import argparse
import os

import torch
import torch.nn as nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
parser = argparse.ArgumentParser()
parser.add_argument("--bits", type=int, default=16)
parser.add_argument("--k", type=int, default=3)
parser.add_argument("--width", type=int, default=200)
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--steps", type=int, default=3500)
parser.add_argument("--batch", type=int, default=64)
args = parser.parse_args()
n, k = args.bits, args.k
support = torch.randperm(n)[:k]


def batch(b):
    x = torch.randint(0, 2, (b, n)).float() * 2 - 1
    return x, x[:, support].prod(1)


net = nn.Sequential(nn.Linear(n, args.width), nn.ReLU(), nn.Linear(args.width, 1))
opt = torch.optim.SGD(net.parameters(), lr=args.lr, weight_decay=1e-3)
for step in range(args.steps):
    x, y = batch(args.batch)
    out = net(x).squeeze(1)
    loss = torch.relu(1 - y * out).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 250 == 0:
        print(f"step {step} hinge {loss.item():.4f} acc {(out.sign() == y).float().mean():.3f}")
with torch.no_grad():
    x, y = batch(4000)
    print(f"accuracy {(net(x).squeeze(1).sign() == y).float().mean():.3f}")
