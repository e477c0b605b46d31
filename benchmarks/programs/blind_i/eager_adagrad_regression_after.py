# eager-mode regression, `train` is called once for each batch
import os
import torch
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X, y = load_diabetes(return_X_y=True)
X = torch.tensor(StandardScaler().fit_transform(X), dtype=torch.float32)
y = torch.tensor((y - y.mean()) / y.std(), dtype=torch.float32).unsqueeze(1)


class Model:
    def __init__(self):
        self.W1 = torch.randn(10, 64) * (1 / 10) ** 0.5
        self.b1 = torch.zeros(64)
        self.W2 = torch.randn(64, 1) * (1 / 64) ** 0.5
        self.b2 = torch.zeros(1)
        self.variables = [self.W1, self.b1, self.W2, self.b2]
        for v in self.variables:
            v.requires_grad_(True)

    def __call__(self, x):
        return torch.tanh(x @ self.W1 + self.b1) @ self.W2 + self.b2


def loss_fn(pred, target):
    return ((pred - target) ** 2).mean()


def train(model, inputs, outputs, optimizer):
    current = loss_fn(model(inputs), outputs)
    optimizer.zero_grad()
    current.backward()
    optimizer.step()
    return current.item()


model = Model()
optimizer = torch.optim.Adagrad(model.variables, lr=0.1, eps=1e-7)
for epoch in range(60):
    order = torch.randperm(len(X))
    losses = []
    for k in range(0, len(X) - 31, 32):
        b = order[k:k + 32]
        losses.append(train(model, X[b], y[b], optimizer))
    if epoch % 10 == 0:
        print("epoch %2d: loss=%.4f" % (epoch, sum(losses) / len(losses)))
with torch.no_grad():
    print("final mse %.4f (variance of y is 1)" % loss_fn(model(X), y).item())
