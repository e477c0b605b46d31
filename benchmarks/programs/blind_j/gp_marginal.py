# Gaussian process: hyper-parameters by gradient on the log marginal likelihood
import os
import math
import torch

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_default_dtype(torch.float64)

n = 60
x = torch.sort(torch.rand(n) * 8).values
f = lambda t: torch.sin(2 * t) + 0.5 * torch.cos(0.7 * t)
y = f(x) + 0.15 * torch.randn(n)
raw = {k: torch.tensor(v, requires_grad=True) for k, v in dict(ls=1.0, amp=0.0, noise=-0.5).items()}


def kernel(a, b):
    d = (a[:, None] - b[None]) / raw["ls"].exp()
    return raw["amp"].exp() ** 2 * torch.exp(-0.5 * d ** 2)


def chol():
    K = kernel(x, x) + raw["noise"].exp() ** 2 * torch.eye(n) + 1e-8 * torch.eye(n)
    return torch.linalg.cholesky(K)


opt = torch.optim.Adam(raw.values(), lr=0.05)
for it in range(200):
    L = chol()
    a = torch.cholesky_solve(y[:, None], L)
    nlml = 0.5 * (y @ a[:, 0]) + L.diagonal().log().sum() + 0.5 * n * math.log(2 * math.pi)
    loss = nlml / n
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 40 == 0:
        print(it, "nlml", round(loss.item(), 4), {k: round(v.exp().item(), 3) for k, v in raw.items()})

with torch.no_grad():
    g = torch.linspace(0, 8, 200)
    mean = kernel(g, x) @ torch.cholesky_solve(y[:, None], chol())[:, 0]
    print("rmse to the true function", round((mean - f(g)).pow(2).mean().sqrt().item(), 4), "std of the function", round(f(g).std().item(), 4))
