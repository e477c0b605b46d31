import os
import torch

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

# solve A x = b for a symmetric positive definite A, gradient descent with momentum
n = 50
Q, _ = torch.linalg.qr(torch.randn(n, n))
eig = torch.linspace(0.2, 4.0, n)
A = Q @ torch.diag(eig) @ Q.T
x_true = torch.randn(n)
b = A @ x_true

x = torch.zeros(n, requires_grad=True)
L, mu = eig.max().item(), eig.min().item()
lr = 4 / (L ** 0.5 + mu ** 0.5) ** 2
beta = ((L ** 0.5 - mu ** 0.5) / (L ** 0.5 + mu ** 0.5)) ** 2
opt = torch.optim.SGD([x], lr=lr, momentum=beta)
print(f"lr {lr:.3f} momentum {beta:.3f}")
for k in range(60):
    loss = 0.5 * x @ (A @ x) - b @ x
    opt.zero_grad()
    loss.backward()
    opt.step()
    if k % 10 == 0:
        res = (A @ x.detach() - b).norm() / b.norm()
        print(f"iter {k:3d} objective {loss.item():.5f} relative residual {res.item():.2e}")
print("relative error of x", ((x.detach() - x_true).norm() / x_true.norm()).item())
