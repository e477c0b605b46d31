# Non-negative matrix factorisation by gradient: V ~ W H with softplus factors
import os
import torch
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
m, n, r = 80, 60, 5
W0 = torch.rand(m, r) * (torch.rand(m, r) < 0.5)
H0 = torch.rand(r, n) * (torch.rand(r, n) < 0.5)
V = W0 @ H0 + 0.01 * torch.rand(m, n)

w = torch.randn(m, 8).mul_(0.5).sub_(1).requires_grad_()
h = torch.randn(8, n).mul_(0.5).sub_(1).requires_grad_()
opt = torch.optim.Adam([w, h], lr=0.05)
sched = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, patience=30, factor=0.5)

for it in range(800):
    W, H = F.softplus(w), F.softplus(h)
    R = W @ H
    # generalised KL divergence
    loss = (V * ((V + 1e-6).log() - (R + 1e-6).log()) - V + R).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    sched.step(loss.item())
    if it % 150 == 0:
        print("iter", it, "KL", round(loss.item(), 5))
rel = ((V - (F.softplus(w) @ F.softplus(h)).detach()).norm() / V.norm()).item()
print("relative error", round(rel, 4), "rank-1 mean", round(((V - V.mean()).norm() / V.norm()).item(), 4))
