import numpy as np
import torch

rng = np.random.default_rng(0)
n = 1000
age = rng.uniform(20, 70, n)
income = rng.lognormal(10.6, 0.5, n)
years = rng.uniform(0, 20, n)
score = 0.05 * (age - 45) + 1.5 * (np.log(income) - 10.6) + 0.15 * (years - 10)
default = (rng.random(n) < 1 / (1 + np.exp(2 * score))).astype(np.float32)

X = torch.tensor(np.column_stack([age, income, years]), dtype=torch.float32)
X = (X - X.mean(0)) / X.std(0)
y = torch.tensor(default)

weight = torch.zeros(3, requires_grad=True)
bias = torch.zeros(1, requires_grad=True)
optimizer = torch.optim.SGD([weight, bias], lr=0.1)
loss_fn = torch.nn.BCEWithLogitsLoss()

for step in range(3000):
    logits = X @ weight + bias
    loss = loss_fn(logits, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 500 == 0 or step == 2999:
        acc = ((logits > 0).float() == y).float().mean().item()
        print(f"step {step} loss {loss.item():.4f} acc {acc:.3f}")
print("always the same answer:", max(y.mean().item(), 1 - y.mean().item()))
