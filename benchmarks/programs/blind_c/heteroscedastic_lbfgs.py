# fit mean and noise level jointly by maximum likelihood, double precision, full batch
import math
import os
import torch

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
torch.set_default_dtype(torch.float64)

x = torch.rand(300, 1) * 4 - 2
sd = 0.02 + 0.03 * (x + 2)
y = 0.5 * torch.sin(3 * x) + sd * torch.randn_like(x)

centres = torch.linspace(-2, 2, 15)
phi = torch.cat([torch.exp(-0.5 * ((x - centres) / 0.35) ** 2), torch.ones_like(x)], 1)
w_mean = torch.zeros(16, 1, requires_grad=True)
w_logsd = torch.zeros(16, 1, requires_grad=True)
opt = torch.optim.LBFGS([w_mean, w_logsd], lr=1.0, max_iter=5, line_search_fn="strong_wolfe")


def nll():
    mu, s = phi @ w_mean, phi @ w_logsd
    fit = 0.5 * ((y - mu) * torch.exp(-s)) ** 2 + s + 0.5 * math.log(2 * math.pi)
    return fit.mean() + 1e-4 * (w_mean ** 2).mean() + 1e-3 * (w_logsd ** 2).mean()


def closure():
    opt.zero_grad()
    loss = nll()
    loss.backward()
    return loss


for it in range(80):
    loss = opt.step(closure)
    if it % 10 == 0:
        print(f"iteration {it} nll {loss.item():.5f}")

with torch.no_grad():
    rmse = (phi @ w_mean - 0.5 * torch.sin(3 * x)).pow(2).mean().sqrt()
    corr = torch.corrcoef(torch.cat([phi @ w_logsd, sd.log()], 1).t())[0, 1]
print(f"rmse to the true curve {rmse:.4f}; correlation of the log noise {corr:.3f}")
