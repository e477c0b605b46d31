import os, torch, torch.nn as nn, torch.nn.functional as F
from sklearn.datasets import load_digits

SEED = int(os.environ.get("SEED", "0"))
torch.manual_seed(SEED)
X = torch.tensor(load_digits().images / 16.0, dtype=torch.float32).unsqueeze(1)
Xtr, Xte = X[:1500], X[1500:]


class VectorQuantizer(nn.Module):
    def __init__(self, n, d, beta=0.25):
        super().__init__()
        self.codebook = nn.Embedding(n, d)
        nn.init.uniform_(self.codebook.weight, -0.5, 0.5)
        self.beta = beta

    def forward(self, z):                       # z: B, C, H, W
        B, C, H, W = z.shape
        flat = z.permute(0, 2, 3, 1).reshape(-1, C)
        idx = torch.cdist(flat, self.codebook.weight).argmin(1)
        q = self.codebook(idx)
        loss = F.mse_loss(q, flat.detach()) + self.beta * F.mse_loss(flat, q.detach())
        q = flat + (q - flat).detach()          # straight-through
        return q.view(B, H, W, C).permute(0, 3, 1, 2), loss, idx


class VQVAE(nn.Module):
    def __init__(self, c=8, k=32):
        super().__init__()
        self.enc = nn.Sequential(nn.Conv2d(1, 32, 4, 2, 1), nn.ReLU(), nn.Conv2d(32, c, 3, 1, 1))
        self.vq = VectorQuantizer(k, c)
        self.dec = nn.Sequential(nn.Conv2d(c, 32, 3, 1, 1), nn.ReLU(), nn.ConvTranspose2d(32, 1, 4, 2, 1))

    def forward(self, x):
        q, vq_loss, idx = self.vq(self.enc(x))
        return self.dec(q), vq_loss, idx


model = VQVAE()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for step in range(250):
    x = Xtr[torch.randint(0, len(Xtr), (64,))]
    rec, vq_loss, idx = model(x)
    rl = F.mse_loss(rec, x)
    loss = rl / 0.14 + vq_loss
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 50 == 0:
        print(f"{step} recon {rl.item():.4f} vq {vq_loss.item():.4f} codes used {idx.unique().numel()}")
with torch.no_grad():
    rec, _, _ = model(Xte)
print("test mse", round(F.mse_loss(rec, Xte).item(), 4), "mean image", round(F.mse_loss(Xtr.mean(0).expand_as(Xte), Xte).item(), 4))
