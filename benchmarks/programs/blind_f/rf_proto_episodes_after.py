"""Prototypical networks (Snell et al. 2017), 5-way 3-shot episodes over synthetic classes hidden in nuisance directions."""
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

N_WAY, K_SHOT, N_QUERY = 5, 3, 10
DIM, SIGNAL = 30, 6
basis = torch.linalg.qr(torch.randn(DIM, DIM))[0]


def class_bank(n):
    return torch.randn(n, SIGNAL)


def episode(bank):
    classes = bank[torch.randperm(len(bank))[:N_WAY]]
    n = K_SHOT + N_QUERY
    sig = classes[:, None, :] + 0.35 * torch.randn(N_WAY, n, SIGNAL)
    nuisance = 1.6 * torch.randn(N_WAY, n, DIM - SIGNAL)
    x = torch.cat([sig, nuisance], -1) @ basis
    return x[:, :K_SHOT], x[:, K_SHOT:]


class Embedder(nn.Module):
    def __init__(self, d=DIM, h=64, out=16):
        super().__init__()
        self.f = nn.Sequential(nn.Linear(d, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU(), nn.Linear(h, out))

    def forward(self, x):
        return self.f(x)


def proto_logits(net, support, query):
    protos = net(support).mean(1)
    z = net(query.reshape(-1, DIM))
    return -((z[:, None] - protos[None]) ** 2).sum(-1)


target = torch.arange(N_WAY).repeat_interleave(N_QUERY)
train_bank, test_bank = class_bank(64), class_bank(20)
net = Embedder()
optimizer = torch.optim.SGD(net.parameters(), lr=0.02, momentum=0.9)

running = None
for it in range(500):
    support, query = episode(train_bank)
    logits = proto_logits(net, support, query)
    loss = F.cross_entropy(logits, target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    running = loss.item() if running is None else 0.95 * running + 0.05 * loss.item()
    if it % 100 == 0:
        print(f"episode {it} loss {running:.4f}")

with torch.no_grad():
    acc = []
    for _ in range(100):
        logits = proto_logits(net, *episode(test_bank))
        acc.append((logits.argmax(1) == target).float().mean())
print(f"novel-class accuracy {torch.stack(acc).mean():.3f} (chance {1 / N_WAY:.2f})")
