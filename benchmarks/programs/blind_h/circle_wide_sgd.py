# Two circles, 50 ReLU units (he_uniform), plain Keras-like fit, full-batch evaluation per epoch
import os
import torch
from torch import nn
from sklearn.datasets import make_circles

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
X, y = make_circles(n_samples=1000, noise=0.1, random_state=1)
X = torch.tensor(X, dtype=torch.float32)
y = torch.tensor(y * 2 - 1, dtype=torch.float32).view(-1, 1)     # labels -1 / 1
trX, teX, trY, teY = X[:500], X[500:], y[:500], y[500:]

model = nn.Sequential(nn.Linear(2, 50), nn.ReLU(), nn.Linear(50, 1), nn.Tanh())
for m in model:
    if isinstance(m, nn.Linear):
        nn.init.zeros_(m.bias)
nn.init.kaiming_uniform_(model[0].weight, nonlinearity="relu")
nn.init.xavier_uniform_(model[2].weight)


def hinge(p, t):
    return torch.clamp(1 - p * t, min=0).mean()


opt = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
for epoch in range(60):
    order = torch.randperm(500)
    for i in range(0, 500, 32):
        k = order[i:i + 32]
        loss = hinge(model(trX[k]), trY[k])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 6 == 0:
        print("epoch %d hinge %.4f" % (epoch, loss.item()))
with torch.no_grad():
    print("Train: %.3f, Test: %.3f" % (((model(trX) > 0) == (trY > 0)).float().mean(), ((model(teX) > 0) == (teY > 0)).float().mean()))
