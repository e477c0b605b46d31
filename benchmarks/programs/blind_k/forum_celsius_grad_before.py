"""Celsius -> Fahrenheit with autograd and a hand-written update (fast.ai forum)."""
import os
import torch

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)


def c_to_f(c):
    return c * 9 / 5 + 32


X = torch.randint(-500, 500, (2000,)).float()
Y = c_to_f(X) + torch.randn(2000) * 0.3

w = torch.randn(1, requires_grad=True)
b = torch.randn(1, requires_grad=True)
learning_rate = 1e-6
for epoch in range(1500):
    y_hat = w * X + b
    loss = ((y_hat - Y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        w -= learning_rate * w.grad
        b -= learning_rate * b.grad
        w.grad.zero_()
        b.grad.zero_()
    if epoch % 250 == 0:
        print(epoch, "loss", loss.item(), "b", b.item())
print("final loss", loss.item(), "bias", b.item(), "(should be near 32)")
