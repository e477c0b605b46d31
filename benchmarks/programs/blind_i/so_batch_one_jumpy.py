# plain stochastic gradient descent, one sample at a time: the printed loss jumps all over the place
import os
import torch
from sklearn.datasets import load_wine

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
w = load_wine()
X = torch.tensor(w.data, dtype=torch.float32)
X = (X - X.mean(0)) / X.std(0)
Y = torch.tensor(w.target)
order = torch.randperm(len(X))
tr, te = order[:130], order[130:]
net = torch.nn.Sequential(torch.nn.Linear(13, 10), torch.nn.Tanh(), torch.nn.Linear(10, 3))
sgd = torch.optim.SGD(net.parameters(), lr=0.02)
n = 0
for epoch in range(8):
    for i in tr[torch.randperm(len(tr))]:
        loss = torch.nn.functional.cross_entropy(net(X[i].unsqueeze(0)), Y[i].unsqueeze(0))
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        n += 1
        if n % 100 == 0:
            print(n, loss.item())
with torch.no_grad():
    print("test accuracy", (net(X[te]).argmax(1) == Y[te]).float().mean().item())
