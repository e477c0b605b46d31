import os
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X = torch.tensor(load_digits().data, dtype=torch.float32) / 16
X = X[torch.randperm(len(X))]
train, test = X[:1500], X[1500:]

sizes = [64, 48, 16, 48, 64]
weights, biases = [], []
for a, b in zip(sizes[:-1], sizes[1:]):
    w = (torch.rand(a, b) - 0.5) * 2 * (3.0 / a) ** 0.5
    weights.append(w.requires_grad_())
    biases.append(torch.zeros(b, requires_grad=True))


def forward(x):
    for i, (w, b) in enumerate(zip(weights, biases)):
        x = x @ w + b
        if i < len(weights) - 1:
            x = F.relu(x)
    return x


opt = torch.optim.Adam(weights + biases, lr=2e-3)
step = 0
for epoch in range(20):
    for xb in train[torch.randperm(len(train))].split(50):
        loss = F.mse_loss(forward(xb), xb)
        opt.zero_grad()
        loss.backward()
        opt.step()
        step += 1
    if epoch % 4 == 3:
        print(f"epoch {epoch + 1} step {step} mse {loss.item():.5f}")

with torch.no_grad():
    err = F.mse_loss(forward(test), test).item()
print(f"test mse {err:.4f}  (mean image: {F.mse_loss(train.mean(0).expand_as(test), test).item():.4f})")
