"""Which unit does the old thermometer use? Fit a line to eleven readings with gradient descent."""

import argparse

import torch

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=1e-2)
parser.add_argument("--epochs", type=int, default=100)
parser.add_argument("--seed", type=int, default=0)
args = parser.parse_args()

torch.manual_seed(args.seed)

t_c = torch.tensor([0.5, 14.0, 15.0, 28.0, 11.0, 8.0, 3.0, -4.0, 6.0, 13.0, 21.0])
t_u = torch.tensor([35.7, 55.9, 58.2, 81.9, 56.3, 48.9, 33.9, 21.8, 48.4, 60.4, 68.4])


def model(t_u, w, b):
    return w * t_u + b


def loss_fn(t_p, t_c):
    return ((t_p - t_c) ** 2).mean()


params = torch.tensor([1.0, 0.0], requires_grad=True)

for epoch in range(1, args.epochs + 1):
    if params.grad is not None:
        params.grad.zero_()

    loss = loss_fn(model(t_u, *params), t_c)
    loss.backward()

    with torch.no_grad():
        params -= args.lr * params.grad

    if epoch <= 10 or epoch % 10 == 0:
        print(f"epoch {epoch}, loss {loss.item():g}")
        print(f"    params {params.tolist()}")
        print(f"    grad   {params.grad.tolist()}")

w, b = params.tolist()
print(f"t_c = {w} * t_u + {b}")
