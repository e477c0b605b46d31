# Sparse autoencoder on activations of a small model (dictionary learning)
import os
import torch
import torch.nn as nn
SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)

D_MODEL, N_TRUE, EXPANSION = 32, 48, 2
cfg = dict(l1_coeff=0.002, lr=1e-3, batch=128, steps=1200)

directions = nn.functional.normalize(torch.randn(N_TRUE, D_MODEL), dim=1)


def activations(n):
    on = (torch.rand(n, N_TRUE) < 0.06).float()
    return (on * (0.5 + torch.rand(n, N_TRUE))) @ directions * 0.5


class SAE(nn.Module):
    def __init__(self, d, m):
        super().__init__()
        self.W_dec = nn.Parameter(nn.functional.normalize(torch.randn(m, d), dim=1))
        self.W_enc = nn.Parameter(self.W_dec.detach().t().clone())
        self.b_enc = nn.Parameter(torch.zeros(m))
        self.b_dec = nn.Parameter(torch.zeros(d))
        self.act = nn.ReLU()

    def forward(self, x):
        f = self.act((x - self.b_dec) @ self.W_enc + self.b_enc)
        return f @ self.W_dec + self.b_dec, f


sae = SAE(D_MODEL, D_MODEL * EXPANSION)
opt = torch.optim.Adam(sae.parameters(), lr=cfg["lr"])
for step in range(cfg["steps"]):
    x = activations(cfg["batch"])
    rec, f = sae(x)
    mse = (rec - x).pow(2).mean()
    l1 = f.abs().sum(-1).mean()
    loss = mse + cfg["l1_coeff"] * l1
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 200 == 0:
        print("step %4d loss %.4f mse %.5f L0 %.2f" % (step, loss.item(), mse.item(), (f > 0).float().sum(-1).mean().item()))
with torch.no_grad():
    x = activations(4000)
    rec, f = sae(x)
    fvu = (rec - x).pow(2).mean() / x.var(0).mean()
print("fraction of variance unexplained %.3f, L0 %.2f" % (fvu.item(), (f > 0).float().sum(-1).mean().item()))
