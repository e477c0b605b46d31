import torch
from sklearn.datasets import make_blobs

X, y = make_blobs(n_samples=600, centers=[[-1.5, 0.0], [1.5, 1.0]], cluster_std=1.2, random_state=3)
X = torch.tensor(X, dtype=torch.float32)
y = torch.tensor(y, dtype=torch.float32)
X = (X - X.mean(0)) / X.std(0)

w = torch.zeros(2, requires_grad=True)
b = torch.zeros((), requires_grad=True)
lr = 0.5

for epoch in range(300):
    p = torch.sigmoid(X @ w + b)
    loss = -(y * torch.log(p + 1e-7) + (1 - y) * torch.log(1 - p + 1e-7)).mean()
    loss.backward()
    with torch.no_grad():
        w -= lr * w.grad
        b -= lr * b.grad
    w.grad = None
    b.grad = None
    if epoch % 60 == 59:
        acc = ((p > 0.5) == (y > 0.5)).float().mean().item()
        print(f"epoch {epoch + 1} loss {loss.item():.4f} acc {acc:.3f}")
