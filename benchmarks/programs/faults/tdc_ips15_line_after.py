import numpy as np
import torch

np.random.seed(0)
T = 100
t = np.arange(T) / T
y = 200 * t + 4 + 10 * np.random.rand(T)
X = torch.tensor(np.column_stack([t, np.ones(T)]), dtype=torch.float32)
y = torch.tensor(y, dtype=torch.float32).view(-1, 1)

theta = torch.zeros(2, 1, requires_grad=True)
learning_rate = 0.5
iterations = 1000

for it in range(iterations):
    cost = ((X @ theta - y) ** 2).sum() / (2 * T)
    cost.backward()
    with torch.no_grad():
        theta -= learning_rate * theta.grad
        theta.grad.zero_()
    if it < 5 or it % 200 == 199:
        print("iteration", it, "cost", cost.item())

print("theta", theta.detach().flatten().tolist())
