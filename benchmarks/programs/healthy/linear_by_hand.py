# Linear regression on standardised columns, update written by hand.
import numpy as np
import torch

rng = np.random.default_rng(7)
area = rng.uniform(40, 200, 400)
age = rng.uniform(0, 80, 400)
price = 3000 * area - 800 * age + rng.normal(0, 20000, 400)


def standardise(a):
    return (a - a.mean()) / a.std()


x = torch.tensor(np.stack([standardise(area), standardise(age)], 1), dtype=torch.float32)
y = torch.tensor(standardise(price), dtype=torch.float32)[:, None]
weights = torch.randn(2, 1) * 0.1
weights.requires_grad_()
bias = torch.zeros(1, requires_grad=True)

for epoch in range(30):
    for idx in torch.randperm(400).split(20):
        loss = ((x[idx] @ weights + bias - y[idx]) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            for p in (weights, bias):
                p -= 0.02 * p.grad
                p.grad.zero_()
    if epoch % 6 == 5:
        with torch.no_grad():
            full = ((x @ weights + bias - y) ** 2).mean().item()
        print(f"epoch {epoch + 1}: mse {full:.4f}")
print("weights", weights.detach().flatten().tolist())
