"""Playing with numbers that get too large or too small.

A long product of random matrices, the derivative of the sigmoid, and a chain of four neurons.
"""

import argparse

import torch

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--steps", type=int, default=3000)
args = parser.parse_args()

# 1. Multiply random 4 x 4 matrices.
print("product of random 4 x 4 matrices")
for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
    torch.manual_seed(args.seed)
    product = torch.randn(4, 4).to(dtype)
    overflow = None
    for step in range(1, args.steps + 1):
        product = product @ torch.randn(4, 4).to(dtype)
        if step == 100:
            print(f"  {dtype}: largest entry after 100 products {product.abs().max().item():.3e}")
        if not torch.isfinite(product).all():
            overflow = step
            break
    if overflow is None:
        print(f"  {dtype}: still finite after {args.steps} products")
    else:
        print(f"  {dtype}: overflow at product {overflow}, entries {product[0].tolist()}")

# 2. The sigmoid and its derivative.
print("derivative of the sigmoid")
x = (torch.arange(-100, 100) / 10).requires_grad_()
y = torch.sigmoid(x)
y.backward(torch.ones_like(x))
for value in (-10, -5, 0, 5, 9):
    i = int((x.detach() - value).abs().argmin())
    print(f"  x = {x[i].item():6.2f}  sigmoid {y[i].item():.6f}  derivative {x.grad[i].item():.6f}")
print(f"  largest derivative {x.grad.max().item():.4f}")


# 3. Four layers with one neuron each.
def chain(x, w, activation):
    weights = [torch.tensor(float(w), requires_grad=True) for _ in range(4)]
    out = torch.tensor(float(x))
    for weight in weights:
        out = activation(weight * out)
    out.backward()
    grads = ", ".join(f"{weight.grad.item():.6f}" for weight in weights)
    print(f"  x = {x}, w = {w}: out {out.item():.6f}, gradients from first to last: {grads}")


print("four layers, sigmoid")
chain(0.5, 0.5, torch.sigmoid)
chain(2.0, 2.0, torch.sigmoid)
print("four layers, no activation")
chain(0.5, 0.5, lambda out: out)
chain(2.0, 2.0, lambda out: out)
