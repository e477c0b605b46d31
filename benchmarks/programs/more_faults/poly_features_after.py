# polynomial regression of degree 3, gradient descent by hand
import torch

torch.manual_seed(0)
x = torch.linspace(-2, 2, 200)
y = 0.5 * x**3 - x + 0.2 * torch.randn(200)
features = torch.stack([torch.ones_like(x), x, x**2, x**3], dim=1)

coef = torch.zeros(4, requires_grad=True)
step_size = 0.05

for it in range(300):
    residual = features @ coef - y
    loss = residual.pow(2).mean()
    (grad,) = torch.autograd.grad(loss, coef)
    coef = (coef - step_size * grad).detach().requires_grad_()
    if it < 5 or it % 60 == 59:
        print(it, loss.item())
print("coefficients", coef.detach().tolist())
