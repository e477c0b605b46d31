# sparse autoencoder (dictionary learning) with L1 on the codes, unit-norm decoder rows
import os
import torch
import torch.nn as nn
import torch.nn.functional as F

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
G, D, H = 24, 16, 32
true = F.normalize(torch.randn(G, D), dim=1)


def activations(n):
    on = (torch.rand(n, G) < 0.08).float()
    return (on * (0.5 + torch.rand(n, G))) @ true


class SAE(nn.Module):
    def __init__(self):
        super().__init__()
        W = F.normalize(torch.randn(H, D), dim=1)
        self.W_dec = nn.Parameter(W)
        self.W_enc = nn.Parameter(W.T.clone())
        self.b_enc = nn.Parameter(torch.zeros(H))
        self.b_dec = nn.Parameter(torch.zeros(D))

    def forward(self, x):
        f = F.relu((x - self.b_dec) @ self.W_enc + self.b_enc)
        return f @ self.W_dec + self.b_dec, f

    @torch.no_grad()
    def normalise(self):
        self.W_dec.copy_(F.normalize(self.W_dec, dim=1))


sae = SAE()
opt = torch.optim.Adam(sae.parameters(), lr=3e-3)
l1 = 0.25
for step in range(1300):
    x = activations(192)
    rec, f = sae(x)
    mse = (rec - x).pow(2).sum(-1).mean()
    loss = mse + l1 * f.abs().sum(-1).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    sae.normalise()
    if step % 250 == 0:
        print(f"{step} loss {loss.item():.4f} mse {mse.item():.4f} L0 {(f > 0).float().sum(-1).mean().item():.2f}")
with torch.no_grad():
    x = activations(2000)
    rec, f = sae(x)
    fvu = ((rec - x).pow(2).sum() / (x - x.mean(0)).pow(2).sum()).item()
    cos = (true @ F.normalize(sae.W_dec, dim=1).T).max(1).values.mean().item()
print(f"variance unexplained {fvu:.3f}, mean best cosine to the true features {cos:.3f}")
