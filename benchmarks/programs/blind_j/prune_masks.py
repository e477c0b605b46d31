import os
import torch
import torch.nn as nn
import torch.nn.utils.prune as prune
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
data = load_digits()
X = torch.tensor(data.data / 16, dtype=torch.float32)
Y = torch.tensor(data.target)
perm = torch.randperm(len(X))
tr, te = perm[:1400], perm[1400:]

net = nn.Sequential(nn.Linear(64, 100), nn.ReLU(), nn.Linear(100, 60), nn.ReLU(), nn.Linear(60, 10))
loss_fn = nn.CrossEntropyLoss()


def train(epochs, lr):
    opt = torch.optim.SGD(net.parameters(), lr=lr, momentum=0.9, nesterov=True)
    for e in range(epochs):
        run = 0.0
        for b in tr[torch.randperm(len(tr))].split(50):
            opt.zero_grad()
            loss = loss_fn(net(X[b]), Y[b])
            loss.backward()
            opt.step()
            run += loss.item()
    return run / 28


def test():
    with torch.no_grad():
        return (net(X[te]).argmax(1) == Y[te]).float().mean().item()


print("dense loss", train(15, 0.05), "acc", test())
for rnd, amount in enumerate([0.5, 0.5, 0.4]):
    for m in net:
        if isinstance(m, nn.Linear):
            prune.l1_unstructured(m, "weight", amount=amount)
    zeros = sum((m.weight == 0).sum().item() for m in net if isinstance(m, nn.Linear))
    total = sum(m.weight.numel() for m in net if isinstance(m, nn.Linear))
    print(f"round {rnd}: sparsity {zeros / total:.3f}, acc after the cut {test():.4f}")
    print("  retrain loss", round(train(6, 0.02), 4), "acc", round(test(), 4))
