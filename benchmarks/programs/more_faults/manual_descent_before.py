import torch

torch.manual_seed(0)
x = torch.rand(300, 1) * 2 - 1
y = torch.sin(3 * x) + 0.05 * torch.randn(300, 1)

w1 = torch.randn(1, 24, requires_grad=True)
b1 = torch.randn(24, requires_grad=True)
w2 = torch.randn(24, 1) * 0.2
w2.requires_grad = True
b2 = torch.zeros(1, requires_grad=True)
lr = 0.05

for epoch in range(2000):
    hidden = torch.tanh(x @ w1 + b1)
    pred = hidden @ w2 + b2
    loss = ((pred - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        for w in (w1, b1, w2, b2):
            w -= lr * w.grad
    if epoch % 200 == 199:
        print(f"epoch {epoch + 1} loss {loss.item():.4f}")
