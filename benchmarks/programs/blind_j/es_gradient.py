# Evolution strategies: antithetic estimate of the gradient written to .grad, Adam does the update
import os
import torch
from torch import nn

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

X = torch.rand(256, 2) * 2 - 1
y = ((X[:, 0] * 2).sin() + X[:, 1] ** 2 > 0.4).float()

model = nn.Sequential(nn.Linear(2, 12), nn.Tanh(), nn.Linear(12, 1))
theta = nn.utils.parameters_to_vector(model.parameters()).detach()
params = nn.Parameter(theta.clone())
opt = torch.optim.Adam([params], lr=0.05)
sigma, half = 0.1, 30


def evaluate(pop):
    """loss of each member of a population of flat vectors"""
    n = pop.shape[0]
    W1 = pop[:, :24].view(n, 12, 2)
    b1 = pop[:, 24:36]
    W2 = pop[:, 36:48]
    b2 = pop[:, 48]
    h = torch.tanh(torch.einsum("bi,pji->pbj", X, W1) + b1[:, None])
    logit = torch.einsum("pbj,pj->pb", h, W2) + b2[:, None]
    return nn.functional.binary_cross_entropy_with_logits(logit, y.expand(n, -1), reduction="none").mean(1), logit


for gen in range(300):
    eps = torch.randn(half, theta.numel())
    with torch.no_grad():
        fp, _ = evaluate(params + sigma * eps)
        fm, _ = evaluate(params - sigma * eps)
        grad = ((fp - fm)[:, None] * eps).mean(0) / (2 * sigma)
    params.grad = grad
    opt.step()
    if gen % 50 == 0:
        print("generation", gen, "mean loss", round((fp.mean() + fm.mean()).item() / 2, 4))
with torch.no_grad():
    loss, logit = evaluate(params[None])
print("final loss", round(loss.item(), 4), "accuracy", ((logit[0] > 0) == y.bool()).float().mean().item(),
      "majority", max(y.mean().item(), 1 - y.mean().item()))
